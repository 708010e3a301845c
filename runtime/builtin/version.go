package builtin

import (
	"fmt"
	"strconv"
	"strings"
)

// version is major, minor and patch.
type version [3]int

// parseVersion reads "3.9", "3.11.7", "v18.19.0", "cpython-3.9.18-linux"; what follows is left out.
func parseVersion(text string) (version, bool) {
	start := strings.IndexAny(text, "0123456789")
	if start < 0 {
		return version{}, false
	}
	var parsed version
	for i, part := range strings.SplitN(text[start:], ".", 3) {
		digits := part
		if end := strings.IndexFunc(part, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
			digits = part[:end]
		}
		number, err := strconv.Atoi(digits)
		if err != nil {
			return parsed, i > 0
		}
		parsed[i] = number
		if digits != part {
			break
		}
	}
	return parsed, true
}

func (v version) less(other version) bool {
	for i := range v {
		if v[i] != other[i] {
			return v[i] < other[i]
		}
	}
	return false
}

// short is the version cut to the given number of parts.
func (v version) short(parts int) string {
	if parts == 1 {
		return strconv.Itoa(v[0])
	}
	return fmt.Sprintf("%d.%d", v[0], v[1])
}

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }
