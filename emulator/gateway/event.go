package gateway

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jsontext"
)

// appendEvent writes the event that a built-in runtime of FC 3.0 gets for an HTTP request.
// Source: "Use an HTTP trigger to invoke a function", format v1.
func (c *call) appendEvent(to, body []byte) []byte {
	rawPath, query, _ := strings.Cut(c.target, "?")
	text := isText(c.r.Header, body)
	to = slices.Grow(to, 1024+len(c.target)+headerSize(c.r.Header)+len(body)*3/2)

	to = append(to, `{"version":"v1"`...)
	to = appendMember(to, "rawPath", rawPath)
	to = append(to, `,"headers":`...)
	to = appendJoined(to, c.r.Header)
	to = append(to, `,"queryParameters":`...)
	values, _ := url.ParseQuery(query) // what cannot be read is left out
	to = appendJoined(to, values)
	to = append(to, `,"body":"`...)
	if text {
		to = jsontext.AppendEscaped(to, body)
	} else {
		to = base64.StdEncoding.AppendEncode(to, body)
	}
	to = append(to, `","isBase64Encoded":`...)
	to = strconv.AppendBool(to, !text)
	to = c.appendContext(to, rawPath)
	return append(to, '}')
}

func (c *call) appendContext(to []byte, rawPath string) []byte {
	path := rawPath
	if plain, err := url.PathUnescape(rawPath); err == nil {
		path = plain
	}
	domain, prefix := c.door.domain(c.gateway.Region)
	to = append(to, `,"requestContext":{"accountId":`...)
	to = jsontext.AppendString(to, c.gateway.Account)
	to = appendMember(to, "domainName", domain)
	to = appendMember(to, "domainPrefix", prefix)
	to = append(to, `,"http":{"method":`...)
	to = jsontext.AppendString(to, c.r.Method)
	to = appendMember(to, "path", path)
	to = appendMember(to, "protocol", c.r.Proto)
	to = appendMember(to, "sourceIp", emulator.ClientIP(c.r.RemoteAddr))
	to = appendMember(to, "userAgent", first(c.r.Header, "User-Agent"))
	to = append(to, '}')
	to = appendMember(to, "requestId", c.requestID)
	to = append(to, `,"time":"`...)
	to = c.now.UTC().AppendFormat(to, time.RFC3339)
	to = append(to, `","timeEpoch":"`...)
	to = strconv.AppendInt(to, c.now.UnixMilli(), 10)
	to = append(to, `"}`...)
	if c.door.trigger == nil {
		return to
	}
	return appendMember(to, "triggerId", c.door.trigger.TriggerID)
}

// isText tells whether the body goes into the event as it is. FC does not document its list of
// binary types, so that bytes which are no UTF-8 are binary whatever the type says.
func isText(header map[string][]string, body []byte) bool {
	kind, _, _ := strings.Cut(first(header, "Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	major, _, _ := strings.Cut(kind, "/")
	switch major {
	case "image", "audio", "video":
		if kind != "image/svg+xml" {
			return len(body) == 0
		}
	}
	switch kind {
	case "application/zip", "application/gzip", "application/x-gzip", "application/pdf":
		return len(body) == 0
	}
	return utf8.Valid(body)
}

// appendJoined writes an object of strings; repeated values are joined by commas.
func appendJoined(to []byte, values map[string][]string) []byte {
	keys := make([]string, 0, 24)
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	to = append(to, '{')
	for i, key := range keys {
		if i > 0 {
			to = append(to, ',')
		}
		to = jsontext.AppendString(to, key)
		to = append(to, ':')
		if list := values[key]; len(list) == 1 {
			to = jsontext.AppendString(to, list[0])
		} else {
			to = jsontext.AppendString(to, strings.Join(list, ","))
		}
	}
	return append(to, '}')
}

func appendMember(to []byte, name, value string) []byte {
	to = append(to, ',', '"')
	to = append(to, name...)
	to = append(to, '"', ':')
	return jsontext.AppendString(to, value)
}
