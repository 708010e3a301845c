package emulator

import (
	"cmp"
	"hash/fnv"
	"strconv"
	"strings"
)

// Ways in which an alias chooses between its two versions. Source: 2021-04-06 CreateAlias.resolvePolicy.
const (
	ResolveRandom  = "Random" // by weight; the default
	ResolveContent = "Content"
)

// RoutePolicy says which requests an alias leads to its additional version. Source: 2021-04-06
// CreateAlias.routePolicy.
type RoutePolicy struct {
	Condition   string       `json:"condition"` // AND: all items have to match; OR: one is enough
	PolicyItems []PolicyItem `json:"policyItems"`
}

// PolicyItem compares one value of a request with a given one.
type PolicyItem struct {
	Type     string `json:"type"` // Header, Cookie or Param
	Key      string `json:"key"`
	Operator string `json:"operator"` // = != < <= > >= in percentage
	Value    string `json:"value"`
}

// Where a PolicyItem finds the value.
const (
	RouteHeader = "Header"
	RouteCookie = "Cookie"
	RouteParam  = "Param" // of the query
)

// Traffic is what a request shows to the content-based routing of an alias.
type Traffic interface {
	// Lookup returns the value of a RouteHeader, RouteCookie or RouteParam. Header names have no case.
	Lookup(kind, key string) (value string, ok bool)
}

// Check says what is wrong with the policy, as an *Error, or nil.
func (p *RoutePolicy) Check() *Error {
	switch {
	case p.Condition != "AND" && p.Condition != "OR":
		return InvalidArgument("RoutePolicy.Condition is set to an invalid value (allowed: AND | OR, actual: '%s')", p.Condition)
	case len(p.PolicyItems) == 0:
		return InvalidArgument("RoutePolicy.PolicyItems is not specified")
	}
	for _, item := range p.PolicyItems {
		if err := item.check(); err != nil {
			return err
		}
	}
	return nil
}

func (i PolicyItem) check() *Error {
	switch i.Type {
	case RouteHeader, RouteCookie, RouteParam:
	default:
		return InvalidArgument("RoutePolicy.PolicyItems.Type is set to an invalid value (allowed: Header | Cookie | Param, actual: '%s')", i.Type)
	}
	if i.Key == "" {
		return InvalidArgument("RoutePolicy.PolicyItems.Key is not specified")
	}
	switch i.Operator {
	case "=", "!=", "<", "<=", ">", ">=", "in":
	case "percentage", "percent":
		if n, err := strconv.Atoi(i.Value); err != nil || n < 1 || n > 100 {
			return InvalidArgument("RoutePolicy.PolicyItems.Value is set to an invalid value (expected: a whole number from 1 to 100, actual: '%s')", i.Value)
		}
	default:
		return InvalidArgument("RoutePolicy.PolicyItems.Operator is set to an invalid value (allowed: = | != | < | <= | > | >= | in | percentage, actual: '%s')", i.Operator)
	}
	return nil
}

// Matches tells whether the request goes to the additional version. A call without a request, such
// as that of a destination, never does.
func (p *RoutePolicy) Matches(traffic Traffic) bool {
	if traffic == nil {
		return false
	}
	all := p.Condition != "OR"
	for _, item := range p.PolicyItems {
		if item.matches(traffic) != all {
			return !all
		}
	}
	return all && len(p.PolicyItems) > 0
}

// matches compares; a request without the value never matches, not even "!=".
func (i PolicyItem) matches(traffic Traffic) bool {
	actual, ok := traffic.Lookup(i.Type, i.Key)
	if !ok {
		return false
	}
	order := compare(actual, i.Value)
	switch i.Operator {
	case "=":
		return actual == i.Value
	case "!=":
		return actual != i.Value
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	case "in":
		return actual != "" && strings.Contains(i.Value, actual)
	}
	share, err := strconv.Atoi(i.Value)
	return err == nil && bucket(actual) < share
}

// compare orders numbers by value, and anything else as text.
func compare(a, b string) int {
	x, notX := strconv.ParseFloat(a, 64)
	y, notY := strconv.ParseFloat(b, 64)
	if notX != nil || notY != nil {
		return strings.Compare(a, b)
	}
	return cmp.Compare(x, y)
}

// bucket spreads values over 0…99, the same value always to the same place.
func bucket(value string) int {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(value)) // never fails
	sum := hash.Sum64()
	return int((sum ^ sum>>32) % 100)
}
