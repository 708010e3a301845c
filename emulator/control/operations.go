package control

// Operation is one row of the list of FC's operations.
type Operation struct {
	Name        string // as in the newest generation that has it
	Generations string // 2016-08-15, 2021-04-06 and 2023-03-30 by their first four digits
	Level       Level
	Note        string
}

const (
	allGenerations = "2016 2021 2023"
	withServices   = "2016 2021"
	functionsOnly  = "2023"
	since2021      = "2021"
)

// Operations tells, for every operation of FC's API, what it does here. One that is not listed as
// enforced, approximated or ignored is refused: level "".
func Operations() []Operation {
	var list []Operation
	add := func(generations string, level Level, note string, names ...string) {
		for _, name := range names {
			list = append(list, Operation{name, generations, level, note})
		}
	}
	add(withServices, LevelEnforced, "", "CreateService", "GetService", "ListServices", "UpdateService", "DeleteService")
	add(allGenerations, LevelEnforced, "", "CreateFunction", "GetFunction", "ListFunctions", "UpdateFunction", "DeleteFunction", "GetFunctionCode", "InvokeFunction")
	add(functionsOnly, LevelEnforced, "calls under way are not ended", "DisableFunctionInvocation")
	add(functionsOnly, LevelEnforced, "", "EnableFunctionInvocation")
	add(withServices, LevelEnforced, "", "PublishServiceVersion", "ListServiceVersions", "DeleteServiceVersion")
	add(functionsOnly, LevelEnforced, "", "PublishFunctionVersion", "ListFunctionVersions", "DeleteFunctionVersion")
	add(allGenerations, LevelEnforced, "", "CreateAlias", "GetAlias", "ListAliases", "UpdateAlias", "DeleteAlias")
	add(allGenerations, LevelApproximated, "http, timer and oss fire; the events of others are sent by hand", "CreateTrigger", "UpdateTrigger")
	add(allGenerations, LevelEnforced, "", "GetTrigger", "ListTriggers", "DeleteTrigger",
		"PutAsyncInvokeConfig", "GetAsyncInvokeConfig", "ListAsyncInvokeConfigs", "DeleteAsyncInvokeConfig",
		"GetAsyncTask", "ListAsyncTasks", "StopAsyncTask")
	add(since2021, LevelEnforced, "", "ListStatefulAsyncInvocationFunctions")
	add(functionsOnly, LevelEnforced, "", "PutConcurrencyConfig", "GetConcurrencyConfig", "ListConcurrencyConfigs", "DeleteConcurrencyConfig")
	add(withServices, LevelEnforced, "", "PutFunctionOnDemandConfig", "GetFunctionOnDemandConfig", "ListOnDemandConfigs", "DeleteFunctionOnDemandConfig")
	add(allGenerations, LevelEnforced, "", "PutProvisionConfig", "GetProvisionConfig", "ListProvisionConfigs")
	add(functionsOnly, LevelEnforced, "", "DeleteProvisionConfig")
	add(functionsOnly, LevelApproximated, "resource pools and mixed modes are kept", "PutScalingConfig", "GetScalingConfig", "ListScalingConfigs", "DeleteScalingConfig")
	add(allGenerations, LevelApproximated, "kept and numbered; /opt of the functions that name them, where instances have paths of their own",
		"CreateLayerVersion", "GetLayerVersion", "GetLayerVersionByArn", "ListLayers", "ListLayerVersions", "DeleteLayerVersion")
	add(allGenerations, LevelIgnored, "kept; there is one account", "PutLayerACL")
	add(allGenerations, LevelEnforced, "any name is taken; nobody asks whether it resolves to this machine",
		"CreateCustomDomain", "GetCustomDomain", "ListCustomDomains", "UpdateCustomDomain", "DeleteCustomDomain")
	add(allGenerations, LevelEnforced, "", "TagResources", "ListTagResources", "UntagResources")
	add(allGenerations, LevelIgnored, "kept", "CreateVpcBinding", "ListVpcBindings", "DeleteVpcBinding")
	add(allGenerations, LevelApproximated, "those that live; the ended ones are not remembered", "ListInstances")
	add(functionsOnly, LevelEnforced, "bound to an instance where the function has sessionAffinity",
		"CreateSession", "GetSession", "ListSessions", "UpdateSession", "DeleteSession")
	add(functionsOnly, LevelApproximated, "shown; nothing is frozen, and requests are served", "PauseSession", "ResumeSession")
	add(functionsOnly, LevelApproximated, "the one region that the emulator stands for", "DescribeRegions")
	add(functionsOnly, LevelIgnored, "kept", "ChangeResourceGroup")
	add(functionsOnly, LevelIgnored, "kept as records; nothing of an instance is, and none starts from one", "CreateSnapshot", "GetSnapshot", "ListSnapshots", "DeleteSnapshot")
	add(since2021, LevelIgnored, "kept", "RegisterEventSource", "ListEventSources", "DeregisterEventSource")
	add(withServices, LevelApproximated, "a bucket of this emulator", "GetTempBucketToken")
	add(allGenerations, LevelApproximated, "the form of a resize and of the last message is in no source; a terminal needs Linux", "InstanceExec")
	add(withServices, LevelApproximated, "there are no zones here", "GetAccountSettings")
	add(withServices, LevelApproximated, "always an empty list", "ListReservedCapacities")
	return list
}
