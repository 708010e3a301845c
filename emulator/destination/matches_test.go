package destination

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Patterns mean what the same regular expression means.
func TestMatchesIsTheRegularExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOf(rapid.SampledFrom([]rune("ab:*"))).Draw(t, "pattern")
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab:"))).Draw(t, "text")
		quoted := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")
		if want := regexp.MustCompile("^" + quoted + "$").MatchString(text); matches(pattern, text) != want {
			t.Errorf("matches(%q, %q) is not %v", pattern, text, want)
		}
	})
}
