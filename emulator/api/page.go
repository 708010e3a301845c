package api

import (
	"encoding/base64"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

// Limit reads the page size from the query: fallback where it is not given, 1 to most otherwise.
func (c *Call) Limit(fallback, most int) (int, error) {
	text := c.Query("limit")
	if text == "" {
		return fallback, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > most {
		return 0, emulator.InvalidArgument("limit is set to an invalid value (min: 1, max: %d, actual: '%s')", most, text)
	}
	return limit, nil
}

// NextToken reads the position of a page from the query, as Token made it; "" is the first page.
func (c *Call) NextToken() (string, error) { return c.Position("nextToken") }

// Position is NextToken under another name of the parameter.
func (c *Call) Position(name string) (string, error) {
	token := c.Query(name)
	position, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		position, err = base64.StdEncoding.DecodeString(token)
	}
	if err != nil {
		return "", emulator.InvalidArgument("%s is set to an invalid value (actual: '%s')", name, token)
	}
	return string(position), nil
}

// Token wraps the position of the next page, so that clients don't read anything into it.
func Token(position string) string { return base64.RawURLEncoding.EncodeToString([]byte(position)) }

// Flag reads a yes-or-no parameter of the query; no by default.
func (c *Call) Flag(name string) (bool, error) {
	text := c.Query(name)
	if text == "" {
		return false, nil
	}
	flag, err := strconv.ParseBool(text)
	if err != nil {
		return false, emulator.InvalidArgument("%s is set to an invalid value (allowed: true | false, actual: '%s')", name, text)
	}
	return flag, nil
}
