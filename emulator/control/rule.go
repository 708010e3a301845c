package control

import (
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// The forms of FC's messages about values; most checks end in one of them.

func invalidChoice(field string, allowed []string, actual string) error {
	return emulator.InvalidArgument("%s is set to an invalid value (allowed: %s, actual: '%s')", field, strings.Join(allowed, " | "), actual)
}

func invalidValue(field, rule, actual string) error {
	return emulator.InvalidArgument("%s is set to an invalid value (expected: %s, actual: '%s')", field, rule, actual)
}

func checkRange(field string, low, high, actual int) error {
	if actual < low || actual > high {
		return emulator.InvalidArgument("%s is set to an invalid value (min: %d, max: %d, actual: %d)", field, low, high, actual)
	}
	return nil
}

func checkCount(field string, limit, actual int) error {
	if actual > limit {
		return emulator.InvalidArgument("%s contains too many values (max: %d, actual: %d)", field, limit, actual)
	}
	return nil
}

// firstError returns the first failed check.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// maxName is the longest name of a function, service or trigger. Sources say 64 or 128 for
// functions; the larger one refuses nothing that the cloud takes.
const maxName = 128

// checkName holds the rule of all names: letters, digits, "_" and "-", not beginning with a digit
// or "-".
func checkName(field, name string) error {
	if name == "" {
		return emulator.InvalidArgument("%s is not specified", field)
	}
	if len(name) > maxName || !isName(name) {
		return invalidValue(field, "1 to 128 letters, digits, '_' or '-', beginning with a letter or '_'", shorten(name))
	}
	return nil
}

func isName(text string) bool {
	for i, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		digit := r >= '0' && r <= '9' || r == '-'
		if !letter && (i == 0 || !digit) {
			return false
		}
	}
	return text != ""
}

// shorten keeps an overlong value out of an error message.
func shorten(text string) string { return emulator.Clip(text) }
