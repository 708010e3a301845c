package v20230330

import (
	"strings"

	"github.com/fcemu/fcemu/emulator/api"
)

// missing lists the operations of this generation that are not emulated yet, so that whoever calls
// one learns that the call itself is right.
func missing() []api.Route {
	var routes []api.Route
	for _, line := range []string{
		"DisableFunctionInvocation POST /functions/{function}/invoke/disable",
		"EnableFunctionInvocation POST /functions/{function}/invoke/enable",
		"PublishFunctionVersion POST /functions/{function}/versions",
		"ListFunctionVersions GET /functions/{function}/versions",
		"DeleteFunctionVersion DELETE /functions/{function}/versions/{version}",
		"CreateAlias POST /functions/{function}/aliases",
		"ListAliases GET /functions/{function}/aliases",
		"GetAlias GET /functions/{function}/aliases/{alias}",
		"UpdateAlias PUT /functions/{function}/aliases/{alias}",
		"DeleteAlias DELETE /functions/{function}/aliases/{alias}",
		"PutConcurrencyConfig PUT /functions/{function}/concurrency",
		"GetConcurrencyConfig GET /functions/{function}/concurrency",
		"DeleteConcurrencyConfig DELETE /functions/{function}/concurrency",
		"ListConcurrencyConfigs GET /concurrency-configs",
		"PutProvisionConfig PUT /functions/{function}/provision-config",
		"GetProvisionConfig GET /functions/{function}/provision-config",
		"DeleteProvisionConfig DELETE /functions/{function}/provision-config",
		"ListProvisionConfigs GET /provision-configs",
		"PutScalingConfig PUT /functions/{function}/scaling-config",
		"GetScalingConfig GET /functions/{function}/scaling-config",
		"DeleteScalingConfig DELETE /functions/{function}/scaling-config",
		"ListScalingConfigs GET /scaling-configs",
		"CreateLayerVersion POST /layers/{layer}/versions",
		"ListLayerVersions GET /layers/{layer}/versions",
		"GetLayerVersion GET /layers/{layer}/versions/{version}",
		"DeleteLayerVersion DELETE /layers/{layer}/versions/{version}",
		"GetLayerVersionByArn GET /layerarn/{arn}",
		"ListLayers GET /layers",
		"PutLayerACL PUT /layers/{layer}/acl",
		"CreateCustomDomain POST /custom-domains",
		"ListCustomDomains GET /custom-domains",
		"GetCustomDomain GET /custom-domains/{domain}",
		"UpdateCustomDomain PUT /custom-domains/{domain}",
		"DeleteCustomDomain DELETE /custom-domains/{domain}",
		"TagResources POST /tags-v2",
		"ListTagResources GET /tags-v2",
		"UntagResources DELETE /tags-v2",
		"ListInstances GET /functions/{function}/instances",
		"CreateVpcBinding POST /functions/{function}/vpc-bindings",
		"ListVpcBindings GET /functions/{function}/vpc-bindings",
		"DeleteVpcBinding DELETE /functions/{function}/vpc-bindings/{vpc}",
		"CreateSession POST /functions/{function}/sessions",
		"ListSessions GET /functions/{function}/sessions",
		"GetSession GET /functions/{function}/sessions/{session}",
		"UpdateSession PUT /functions/{function}/sessions/{session}",
		"DeleteSession DELETE /functions/{function}/sessions/{session}",
		"PauseSession PUT /functions/{function}/sessions/{session}/pause",
		"ResumeSession PUT /functions/{function}/sessions/{session}/resume",
		"CreateSnapshot POST /functions/{function}/snapshots",
		"GetSnapshot GET /functions/{function}/snapshots/{snapshot}",
		"DeleteSnapshot DELETE /functions/{function}/snapshots/{snapshot}",
		"ListSnapshots GET /snapshots",
		"DescribeRegions GET /regions",
		"ChangeResourceGroup PUT /resource-groups",
	} {
		operation, pattern, _ := strings.Cut(line, " ")
		routes = append(routes, api.Route{
			Pattern: strings.Replace(pattern, " /", " /"+Version+"/", 1),
			Operation: func(c *api.Call) error {
				return api.PathNotSupported(c.Request, "fcemu does not emulate "+operation+" yet")
			},
		})
	}
	return routes
}
