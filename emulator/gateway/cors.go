package gateway

import (
	"net/http"
	"slices"
	"strings"
)

// allowOrigin adds what the default domain lets other origins do, where the function did not say
// so itself. Source: FC 3.0 HTTP trigger overview.
func (c *call) allowOrigin(header map[string][]string) {
	origin := c.r.Header["Origin"]
	if !c.door.crossed || len(origin) == 0 || origin[0] == "" {
		return
	}
	absent := func(key string) bool { return len(header[key]) == 0 }
	if absent("Access-Control-Allow-Origin") {
		header["Access-Control-Allow-Origin"] = origin[:1]
		if absent("Access-Control-Allow-Credentials") {
			header["Access-Control-Allow-Credentials"] = []string{"true"}
		}
	}
	if absent("Access-Control-Expose-Headers") {
		header["Access-Control-Expose-Headers"] = []string{"Date,x-fc-request-id"}
	}
}

// isPreflight tells whether the platform answers instead of the function, which sees OPTIONS
// requests only if its trigger lists the method.
func (c *call) isPreflight() bool {
	return c.door.crossed && c.r.Method == http.MethodOptions && first(c.r.Header, "Access-Control-Request-Method") != "" &&
		!c.door.allows(http.MethodOptions)
}

func (c *call) answerPreflight() {
	header := c.w.Header()
	c.allowOrigin(header)
	header["X-Fc-Request-Id"] = []string{c.requestID}
	header["Access-Control-Allow-Methods"] = []string{strings.Join(slices.Sorted(slices.Values(c.door.methods)), ",")}
	if wanted := first(c.r.Header, "Access-Control-Request-Headers"); wanted != "" {
		header["Access-Control-Allow-Headers"] = []string{wanted}
	}
	c.w.WriteHeader(http.StatusOK)
}
