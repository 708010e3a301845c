package daemon

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/oss"
)

// objectStore serves OSS, for uploads of code packages above all.
func (d *Daemon) objectStore() http.Handler {
	return api.Guard(d.parts.objects, func(host string) bool { return oss.IsHost(host) || d.allowedHost(host) })
}

// bucketRoutes are the operations that tell clients where to upload a code package.
func (d *Daemon) bucketRoutes() []api.Route {
	token := func(c *api.Call) error { return c.JSON(http.StatusOK, d.parts.objects.TempBucketToken()) }
	configs := func(c *api.Call) error {
		return c.JSON(http.StatusOK, map[string]int64{"CodeSizeLimit": oss.CodeSizeLimit})
	}
	return []api.Route{
		{Pattern: "GET /2016-08-15/tempBucketToken", Operation: token},
		{Pattern: "GET /2021-04-06/tempBucketToken", Operation: token},
		{Pattern: "GET /2023-03-30/tempBucketToken", Operation: token},
		{Pattern: "GET /2016-08-15/services/{service}/tempCodeBucketToken", Operation: token},
		{Pattern: "GET /2016-08-15/accountConfigs", Operation: configs},
	}
}
