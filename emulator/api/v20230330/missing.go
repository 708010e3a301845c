package v20230330

import (
	"strings"

	"github.com/fcemu/fcemu/emulator/api"
)

// missing lists the operations of this generation that are not emulated, so that whoever calls one
// learns that the call itself is right. A snapshot is the memory of a frozen instance: a process
// cannot be brought back from anything that would be stored here.
func missing() []api.Route {
	var routes []api.Route
	for _, line := range []string{
		"CreateSnapshot POST /functions/{function}/snapshots",
		"GetSnapshot GET /functions/{function}/snapshots/{snapshot}",
		"DeleteSnapshot DELETE /functions/{function}/snapshots/{snapshot}",
		"ListSnapshots GET /snapshots",
	} {
		operation, pattern, _ := strings.Cut(line, " ")
		routes = append(routes, api.Route{
			Pattern: strings.Replace(pattern, " /", " /"+Version+"/", 1),
			Operation: func(c *api.Call) error {
				return api.PathNotSupported(c.Request, "fcemu does not emulate "+operation)
			},
		})
	}
	return routes
}
