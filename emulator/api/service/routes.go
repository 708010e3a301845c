package service

import "github.com/fcemu/fcemu/emulator/api"

// Routes lists the operations that both generations call alike.
func (a *API) Routes() []api.Route {
	var (
		root     = "/" + a.Dialect.Version()
		service  = root + "/services/{service}"
		function = service + "/functions/{function}"
		layer    = root + "/layers/{layer}"
		domain   = root + "/custom-domains/{domain}"
	)
	return []api.Route{
		{Pattern: "POST " + root + "/services", Operation: a.createService},
		{Pattern: "GET " + root + "/services", Operation: a.listServices},
		{Pattern: "GET " + service, Operation: a.getService},
		{Pattern: "PUT " + service, Operation: a.updateService},
		{Pattern: "DELETE " + service, Operation: a.deleteService},

		{Pattern: "POST " + service + "/functions", Operation: a.createFunction},
		{Pattern: "GET " + service + "/functions", Operation: a.listFunctions},
		{Pattern: "GET " + function, Operation: a.getFunction},
		{Pattern: "PUT " + function, Operation: a.updateFunction},
		{Pattern: "DELETE " + function, Operation: a.deleteFunction},
		{Pattern: "GET " + function + "/code", Operation: a.getFunctionCode},
		{Pattern: "POST " + function + "/invocations", Operation: a.invokeFunction()},
		{Pattern: "GET " + function + "/instances", Operation: a.listInstances},
		{Pattern: "GET " + function + "/instances/{instance}/exec", Operation: a.instanceExec},

		{Pattern: "POST " + service + "/versions", Operation: a.publishVersion},
		{Pattern: "GET " + service + "/versions", Operation: a.listVersions},
		{Pattern: "DELETE " + service + "/versions/{version}", Operation: a.deleteVersion},
		{Pattern: "POST " + service + "/aliases", Operation: a.createAlias},
		{Pattern: "GET " + service + "/aliases", Operation: a.listAliases},
		{Pattern: "GET " + service + "/aliases/{alias}", Operation: a.getAlias},
		{Pattern: "PUT " + service + "/aliases/{alias}", Operation: a.updateAlias},
		{Pattern: "DELETE " + service + "/aliases/{alias}", Operation: a.deleteAlias},
		{Pattern: "POST " + service + "/bindings", Operation: a.CreateVpcBinding},
		{Pattern: "GET " + service + "/bindings", Operation: a.listVpcBindings},
		{Pattern: "DELETE " + service + "/bindings/{vpc}", Operation: a.deleteVpcBinding},

		{Pattern: "POST " + function + "/triggers", Operation: a.createTrigger},
		{Pattern: "GET " + function + "/triggers", Operation: a.listTriggers},
		{Pattern: "GET " + function + "/triggers/{trigger}", Operation: a.getTrigger},
		{Pattern: "PUT " + function + "/triggers/{trigger}", Operation: a.updateTrigger},
		{Pattern: "DELETE " + function + "/triggers/{trigger}", Operation: a.deleteTrigger},

		{Pattern: "PUT " + function + "/async-invoke-config", Operation: a.putAsyncConfig},
		{Pattern: "GET " + function + "/async-invoke-config", Operation: a.getAsyncConfig},
		{Pattern: "DELETE " + function + "/async-invoke-config", Operation: a.deleteAsyncConfig},
		{Pattern: "GET " + function + "/async-invoke-configs", Operation: a.listAsyncConfigs},
		{Pattern: "GET " + function + "/stateful-async-invocations", Operation: a.listInvocations},
		{Pattern: "GET " + function + "/stateful-async-invocations/{invocation}", Operation: a.getInvocation},
		{Pattern: "PUT " + function + "/stateful-async-invocations/{invocation}", Operation: a.stopInvocation},
		{Pattern: "GET " + root + "/stateful-async-invocation-functions", Operation: a.listStatefulFunctions},

		{Pattern: "PUT " + function + "/provision-config", Operation: a.putProvision},
		{Pattern: "GET " + function + "/provision-config", Operation: a.getProvision},
		{Pattern: "GET " + root + "/provision-configs", Operation: a.listProvisions},
		{Pattern: "PUT " + function + "/on-demand-config", Operation: a.putOnDemand},
		{Pattern: "GET " + function + "/on-demand-config", Operation: a.getOnDemand},
		{Pattern: "DELETE " + function + "/on-demand-config", Operation: a.deleteOnDemand},
		{Pattern: "GET " + root + "/on-demand-configs", Operation: a.listOnDemand},

		{Pattern: "POST " + root + "/tag", Operation: a.tagResource},
		{Pattern: "GET " + root + "/tag", Operation: a.getResourceTags},

		{Pattern: "POST " + layer + "/versions", Operation: a.publishLayer},
		{Pattern: "GET " + layer + "/versions", Operation: a.listLayerVersions},
		{Pattern: "GET " + layer + "/versions/{version}", Operation: a.getLayer},
		{Pattern: "DELETE " + layer + "/versions/{version}", Operation: a.deleteLayer},
		{Pattern: "PUT " + layer + "/acl", Operation: a.putLayerACL},
		{Pattern: "GET " + root + "/layers", Operation: a.listLayers},
		{Pattern: "GET " + root + "/layerarn/{arn...}", Operation: a.getLayerByArn},

		{Pattern: "POST " + root + "/custom-domains", Operation: a.createDomain},
		{Pattern: "GET " + root + "/custom-domains", Operation: a.listDomains},
		{Pattern: "GET " + domain, Operation: a.getDomain},
		{Pattern: "PUT " + domain, Operation: a.updateDomain},
		{Pattern: "DELETE " + domain, Operation: a.deleteDomain},

		{Pattern: "GET " + root + "/account-settings", Operation: a.getAccountSettings},
	}
}
