package project

import (
	"fmt"
	"strings"
)

// parseDotenv reads KEY=value lines, with optional export, quotes and comments. Nothing is expanded
// within values.
func parseDotenv(name, text string) (map[string]string, error) {
	values := map[string]string{}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "export "), "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" || strings.ContainsAny(key, " \t\"'") {
			return nil, &Error{Position: Position{File: name, Line: number, Column: 1},
				Problem: fmt.Sprintf("%q is not NAME=value", clip(line)), Next: "correct the line, or begin it with #"}
		}
		values[key] = dotenvValue(strings.TrimSpace(value))
	}
	return values, nil
}

// dotenvValue takes quotes off, or a trailing comment.
func dotenvValue(value string) string {
	if value == "" {
		return ""
	}
	quote := value[0]
	if end := strings.LastIndexByte(value[1:], quote); (quote == '\'' || quote == '"') && end >= 0 {
		value = value[1 : end+1]
		if quote == '"' {
			value = strings.NewReplacer(`\n`, "\n", `\"`, `"`, `\\`, `\`).Replace(value)
		}
		return value
	}
	if at := strings.Index(value, " #"); at >= 0 {
		value = strings.TrimSpace(value[:at])
	}
	return value
}
