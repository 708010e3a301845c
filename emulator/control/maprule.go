package control

import (
	"maps"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// checkEnvironment holds the rules about environment variables. Names are looked at in order, so
// that the same mistake gives the same message each time.
func checkEnvironment(variables map[string]string) error {
	size := 0
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		size += len(name) + len(variables[name])
		if reservedVariable(name) {
			return emulator.InvalidArgument("The environment variable name '%s' is reserved", shorten(name))
		}
		if !isVariable(name) {
			return emulator.InvalidArgument("The environment variable name '%s' is invalid: it must begin with a letter and have letters, digits and '_' only", shorten(name))
		}
		if strings.ContainsRune(variables[name], 0) {
			return emulator.InvalidArgument("The value of environment variable '%s' contains a NUL character", shorten(name))
		}
	}
	if size > maxEnvironment {
		return emulator.InvalidArgument("EnvironmentVariables exceeds the maximum allowed size (max: %d bytes, actual: %d)", maxEnvironment, size)
	}
	return nil
}

func reservedVariable(name string) bool {
	switch name {
	case "accessKeyID", "accessKeySecret", "securityToken", "topic":
		return true
	}
	return strings.HasPrefix(name, "FC_")
}

func isVariable(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		other := r >= '0' && r <= '9' || r == '_'
		if !letter && (i == 0 || !other) {
			return false
		}
	}
	return name != ""
}

func checkTags(tags []emulator.Tag) error {
	if err := checkCount("Tags", maxTags, len(tags)); err != nil {
		return err
	}
	for _, tag := range tags {
		if tag.Key == "" || len(tag.Key) > 64 || reservedTag(tag.Key) {
			return invalidValue("Tag.Key", "1 to 64 bytes, not beginning with 'aliyun' or 'acs:', without 'http://' or 'https://'", shorten(tag.Key))
		}
		if len(tag.Value) > 128 || reservedTag(tag.Value) {
			return invalidValue("Tag.Value", "up to 128 bytes, not beginning with 'aliyun' or 'acs:', without 'http://' or 'https://'", shorten(tag.Value))
		}
	}
	return nil
}

func reservedTag(text string) bool {
	return strings.HasPrefix(text, "aliyun") || strings.HasPrefix(text, "acs:") ||
		strings.Contains(text, "http://") || strings.Contains(text, "https://")
}
