package emulator

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// maxRewrites is how many rules of each kind a route may have. FC does not say.
const maxRewrites = 100

// Rewrite is a rewriteConfig: rules that change the path of a request before the function sees it.
// Source: FC 3.0 "Configure a rewrite policy".
type Rewrite struct {
	rules []rewriteRule
}

// rewriteRule has one of equal and pattern.
type rewriteRule struct {
	equal       string
	pattern     *regexp.Regexp
	replacement string
}

// rewriteText is a rule as FC writes it.
type rewriteText struct {
	Match       string `json:"match"`
	Replacement string `json:"replacement"`
}

// ParseRewrite reads a rewriteConfig. It is nil where there is none. The errors are refusals with
// InvalidArgument.
func ParseRewrite(raw json.RawMessage) (*Rewrite, error) {
	raw = bytes.TrimSpace(raw)
	if text := ""; len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		raw = bytes.TrimSpace([]byte(text))
	}
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var given struct {
		EqualRules    []rewriteText `json:"equalRules"`
		WildcardRules []rewriteText `json:"wildcardRules"`
		RegexRules    []rewriteText `json:"regexRules"`
	}
	if err := json.Unmarshal(raw, &given); err != nil {
		return nil, InvalidArgument("RewriteConfig is set to an invalid value: %v", err)
	}
	r := &Rewrite{}
	for _, kind := range []struct {
		name  string
		texts []rewriteText
		parse func(string) (rewriteRule, error)
	}{
		{"EqualRules", given.EqualRules, equalRule}, {"WildcardRules", given.WildcardRules, wildcardRule}, {"RegexRules", given.RegexRules, regexRule},
	} {
		if len(kind.texts) > maxRewrites {
			return nil, InvalidArgument("RewriteConfig.%s has %d rules (allowed: %d)", kind.name, len(kind.texts), maxRewrites)
		}
		for _, text := range kind.texts {
			rule, err := parseRule(text, kind.parse)
			if err != nil {
				return nil, InvalidArgument("RewriteConfig.%s has a rule that cannot be used, '%s' to '%s': %v", kind.name, text.Match, text.Replacement, err)
			}
			r.rules = append(r.rules, rule)
		}
	}
	if len(r.rules) == 0 {
		return nil, nil
	}
	return r, nil
}

func parseRule(text rewriteText, parse func(string) (rewriteRule, error)) (rewriteRule, error) {
	if text.Match == "" {
		return rewriteRule{}, InvalidArgument("match is empty")
	}
	if !strings.HasPrefix(text.Replacement, "/") && !strings.HasPrefix(text.Replacement, "$") {
		return rewriteRule{}, InvalidArgument("replacement does not begin with '/'")
	}
	rule, err := parse(text.Match)
	rule.replacement = text.Replacement
	return rule, err
}

func equalRule(match string) (rewriteRule, error) { return rewriteRule{equal: match}, nil }

func regexRule(match string) (rewriteRule, error) {
	pattern, err := regexp.Compile(match)
	return rewriteRule{pattern: pattern}, err
}

// wildcardRule: '*' is any text, '^' in front binds the rule to the beginning of the path.
func wildcardRule(match string) (rewriteRule, error) {
	rest, bound := strings.CutPrefix(match, "^")
	expression := strings.ReplaceAll(regexp.QuoteMeta(rest), `\*`, "(.*)")
	if bound {
		expression = "^" + expression
	}
	return regexRule(expression)
}

// Apply changes a path with its query, still percent-encoded. The first rule that fits replaces the
// whole path: equal rules come first, then wildcards, then regular expressions. A query in the
// replacement goes before the request's own.
func (r *Rewrite) Apply(target string) string {
	if r == nil {
		return target
	}
	path, query, _ := strings.Cut(target, "?")
	for _, rule := range r.rules {
		if changed, fits := rule.apply(path); fits {
			return join(changed, query)
		}
	}
	return target
}

func (r *rewriteRule) apply(path string) (changed string, fits bool) {
	if r.pattern == nil {
		return r.replacement, r.equal == path
	}
	at := r.pattern.FindStringSubmatchIndex(path)
	if at == nil {
		return "", false
	}
	return expand(r.replacement, func(group int) string {
		if 2*group+1 >= len(at) || at[2*group] < 0 {
			return ""
		}
		return path[at[2*group]:at[2*group+1]]
	}), true
}

// expand puts groups in the place of $1, $2 and so on.
func expand(text string, group func(int) string) string {
	var to strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		to.WriteString(before)
		if !found {
			return to.String()
		}
		digits := len(after) - len(strings.TrimLeft(after, "0123456789"))
		number, err := strconv.Atoi(after[:digits])
		if err != nil {
			to.WriteByte('$')
			text = after
			continue
		}
		to.WriteString(group(number))
		text = after[digits:]
	}
}

func join(path, query string) string {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	switch {
	case query == "":
		return path
	case strings.Contains(path, "?"):
		return path + "&" + query
	}
	return path + "?" + query
}
