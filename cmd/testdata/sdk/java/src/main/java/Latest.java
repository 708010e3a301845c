import com.aliyun.fc20230330.Client;
import com.aliyun.fc20230330.models.*;
import com.aliyun.tea.TeaException;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teautil.models.RuntimeOptions;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** com.aliyun:fc20230330, through the life of every resource. The argument is the endpoint. */
public final class Latest {
    private static final String NAME = "java-latest";

    private final Client client;

    private Latest(String endpoint) throws Exception {
        client = new Client(new Config()
                .setAccessKeyId("fcemu").setAccessKeySecret("fcemu").setRegionId("cn-hangzhou")
                .setProtocol("HTTP").setEndpoint(endpoint.replace("http://", "")));
    }

    public static void main(String[] arguments) throws Exception {
        Latest suite = new Latest(arguments[0]);
        suite.functions();
        suite.invocations();
        suite.versions();
        suite.aliases();
        suite.triggers();
        suite.tasks();
        suite.settings();
        suite.layers();
        suite.domains();
        suite.tagsAndBindings();
        suite.sessions();
        suite.restriction();
        suite.removal();
    }

    private void functions() throws Exception {
        refused(404, "FunctionNotFound", () -> client.getFunction(NAME, new GetFunctionRequest()));
        CreateFunctionRequest request = new CreateFunctionRequest().setBody(new CreateFunctionInput()
                .setFunctionName(NAME).setRuntime("python3.10").setHandler("index.handler").setMemorySize(512)
                .setCpu(0.5f).setTimeout(90).setEnvironmentVariables(Map.of("REVISION", "one"))
                .setCode(new InputCodeLocation().setZipFile(base64(Check.zip(Check.HANDLER)))));
        Function created = client.createFunction(request).body;
        Check.equal(NAME, created.functionName, "functionName");
        Check.equal("Successful", created.lastUpdateStatus, "lastUpdateStatus");
        Check.that(created.functionArn.endsWith(":functions/" + NAME), created.functionArn);
        refused(409, "FunctionAlreadyExists", () -> client.createFunction(request));
        refused(400, "InvalidArgument", () -> client.createFunction(new CreateFunctionRequest()
                .setBody(new CreateFunctionInput().setFunctionName("1").setRuntime("python3.10").setHandler("a.b"))));

        Function updated = client.updateFunction(NAME, new UpdateFunctionRequest()
                .setBody(new UpdateFunctionInput().setDescription("described"))).body;
        Check.equal("described", updated.description, "description");
        Check.equal(90, updated.timeout, "timeout");
        Function read = client.getFunction(NAME, new GetFunctionRequest()).body;
        Check.equal(created.codeChecksum, read.codeChecksum, "codeChecksum");
        Check.equal(0.5f, read.cpu, "cpu");

        OutputFuncCode code = client.getFunctionCode(NAME, new GetFunctionCodeRequest()).body;
        Check.equal(created.codeChecksum, code.checksum, "checksum");
        Check.equal((int) (long) created.codeSize, Check.get(code.url).body().length, "size of the download");
        paging();
    }

    private void paging() throws Exception {
        for (String name : List.of("java-a", "java-b")) {
            client.createFunction(new CreateFunctionRequest().setBody(new CreateFunctionInput()
                    .setFunctionName(name).setRuntime("python3.10").setHandler("index.handler")
                    .setCode(new InputCodeLocation().setZipFile(base64(Check.zip(Check.HANDLER))))));
        }
        ListFunctionsRequest request = new ListFunctionsRequest().setPrefix("java-").setLimit(2);
        ListFunctionsOutput first = client.listFunctions(request).body;
        Check.equal(List.of("java-a", "java-b"), names(first.functions), "first page");
        ListFunctionsOutput rest = client.listFunctions(request.setNextToken(first.nextToken)).body;
        Check.equal(List.of(NAME), names(rest.functions), "second page");
        Check.that(rest.nextToken == null || rest.nextToken.isEmpty(), "a third page");
        client.deleteFunction("java-a");
        client.deleteFunction("java-b");
    }

    private void invocations() throws Exception {
        InvokeFunctionResponse plain = invoke("hello", null, new InvokeFunctionHeaders());
        Check.equal(200, plain.statusCode, "status");
        Check.equal("hello", text(plain), "echo");
        Check.that(plain.headers.containsKey("x-fc-request-id"), "no request id");
        Check.equal("", text(invoke("", null, new InvokeFunctionHeaders())), "empty echo");

        InvokeFunctionResponse logged = invoke("log me", null, new InvokeFunctionHeaders().setXFcLogType("Tail"));
        String log = new String(Base64.getDecoder().decode(logged.headers.get("x-fc-log-result")));
        Check.that(log.contains("log me"), "log tail: " + log);

        InvokeFunctionResponse failed = invoke("fail", null, new InvokeFunctionHeaders());
        Check.equal(200, failed.statusCode, "status of a failure");
        Check.equal("UnhandledInvocationError", failed.headers.get("x-fc-error-type"), "error type");
        Check.that(text(failed).contains("as asked"), "error message");
        refused(400, "InvalidArgument", () -> invoke("x", null, new InvokeFunctionHeaders().setXFcLogType("All")));
        refused(404, "FunctionNotFound", () -> client.invokeFunction("none", new InvokeFunctionRequest()));
    }

    private void versions() throws Exception {
        Version first = client.publishFunctionVersion(NAME, new PublishFunctionVersionRequest()
                .setBody(new PublishVersionInput().setDescription("first"))).body;
        Check.equal("1", first.versionId, "versionId");
        client.updateFunction(NAME, new UpdateFunctionRequest()
                .setBody(new UpdateFunctionInput().setEnvironmentVariables(Map.of("REVISION", "two"))));
        Check.equal("2", client.publishFunctionVersion(NAME, new PublishFunctionVersionRequest()
                .setBody(new PublishVersionInput())).body.versionId, "second versionId");
        Check.equal("one", revision("1"), "revision of version 1");
        Check.equal("two", revision("LATEST"), "revision of LATEST");
        List<Version> forward = client.listFunctionVersions(NAME,
                new ListFunctionVersionsRequest().setDirection("FORWARD")).body.versions;
        Check.equal("1 2", forward.stream().map(v -> v.versionId).collect(Collectors.joining(" ")), "versions");
        refused(404, "VersionNotFound", () -> invoke("x", "9", new InvokeFunctionHeaders()));
    }

    private void aliases() throws Exception {
        refused(404, "AliasNotFound", () -> client.getAlias(NAME, "prod"));
        client.createAlias(NAME, new CreateAliasRequest().setBody(new CreateAliasInput()
                .setAliasName("prod").setVersionId("1").setDescription("live")));
        refused(409, "AliasAlreadyExists", () -> client.createAlias(NAME, new CreateAliasRequest()
                .setBody(new CreateAliasInput().setAliasName("prod").setVersionId("1"))));
        Check.equal("one", revision("prod"), "revision of the alias");
        client.updateAlias(NAME, "prod", new UpdateAliasRequest().setBody(new UpdateAliasInput()
                .setVersionId("1").setAdditionalVersionWeight(Map.of("2", 1.0f))));
        Check.equal("two", revision("prod"), "revision with the whole weight on version 2");
        Alias read = client.getAlias(NAME, "prod").body;
        Check.equal("live", read.description, "description of the alias");
        Check.equal(1.0f, read.additionalVersionWeight.get("2"), "weight");
        Check.equal(1, client.listAliases(NAME, new ListAliasesRequest()).body.aliases.size(), "aliases");
        Check.equal(204, client.deleteAlias(NAME, "prod").statusCode, "status of DeleteAlias");
        Check.equal(204, client.deleteFunctionVersion(NAME, "2").statusCode, "status of DeleteFunctionVersion");
    }

    private void triggers() throws Exception {
        refused(404, "TriggerNotFound", () -> client.getTrigger(NAME, "web"));
        Trigger created = client.createTrigger(NAME, new CreateTriggerRequest().setBody(new CreateTriggerInput()
                .setTriggerName("web").setTriggerType("http").setQualifier("LATEST")
                .setTriggerConfig("{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}"))).body;
        Check.equal("http", created.triggerType, "triggerType");
        Check.that(created.httpTrigger.urlInternet.startsWith("http"), created.httpTrigger.urlInternet);
        client.updateFunction(NAME, new UpdateFunctionRequest().setBody(new UpdateFunctionInput().setHandler("index.web")));
        var answer = Check.get(created.httpTrigger.urlInternet + "/a?b=c");
        Check.equal(201, answer.statusCode(), "status by the trigger's address");
        Check.equal("web b=c", new String(answer.body()), "body by the trigger's address");
        client.updateFunction(NAME, new UpdateFunctionRequest().setBody(new UpdateFunctionInput().setHandler("index.handler")));

        client.createTrigger(NAME, new CreateTriggerRequest().setBody(new CreateTriggerInput()
                .setTriggerName("nightly").setTriggerType("timer")
                .setTriggerConfig("{\"cronExpression\":\"0 0 4 * * *\",\"enable\":false}")));
        Trigger updated = client.updateTrigger(NAME, "nightly", new UpdateTriggerRequest().setBody(new UpdateTriggerInput()
                .setTriggerConfig("{\"cronExpression\":\"0 0 5 * * *\",\"enable\":false,\"payload\":\"p\"}"))).body;
        Check.that(updated.triggerConfig.contains("0 0 5 * * *"), updated.triggerConfig);
        Check.equal(2, client.listTriggers(NAME, new ListTriggersRequest()).body.triggers.size(), "triggers");
        for (String name : List.of("web", "nightly")) {
            Check.equal(204, client.deleteTrigger(NAME, name).statusCode, "status of DeleteTrigger");
        }
    }

    private void tasks() throws Exception {
        refused(404, "AsyncConfigNotExists", () -> client.getAsyncInvokeConfig(NAME, new GetAsyncInvokeConfigRequest()));
        client.putAsyncInvokeConfig(NAME, new PutAsyncInvokeConfigRequest().setBody(new PutAsyncInvokeConfigInput()
                .setAsyncTask(true).setMaxAsyncRetryAttempts(0L).setMaxAsyncEventAgeInSeconds(3600L)));
        AsyncConfig config = client.getAsyncInvokeConfig(NAME, new GetAsyncInvokeConfigRequest()).body;
        Check.equal(true, config.asyncTask, "asyncTask");
        Check.equal(0L, config.maxAsyncRetryAttempts, "maxAsyncRetryAttempts");
        Check.equal(1, client.listAsyncInvokeConfigs(new ListAsyncInvokeConfigsRequest().setFunctionName(NAME))
                .body.configs.size(), "async configs");

        InvokeFunctionResponse accepted = submit("work", "java-1", Map.of());
        Check.equal(202, accepted.statusCode, "status of an asynchronous invocation");
        AsyncTask done = ended("java-1");
        Check.equal("Succeeded", done.status, "status of the task");
        Check.equal(accepted.headers.get("x-fc-request-id"), done.requestId, "requestId");
        refused(409, "StatefulAsyncInvocationAlreadyExists", () -> submit("work", "java-1", Map.of()));
        submit("fail", "java-2", Map.of());
        Check.equal("Failed", ended("java-2").status, "status of a task that fails");
        delays();
        Check.equal(204, client.deleteAsyncInvokeConfig(NAME, new DeleteAsyncInvokeConfigRequest()).statusCode,
                "status of DeleteAsyncInvokeConfig");
    }

    private void delays() throws Exception {
        long before = System.currentTimeMillis();
        submit("later", "java-3", Map.of("x-fc-async-delay", "1"));
        AsyncTask later = ended("java-3");
        Check.equal("Succeeded", later.status, "status of a delayed task");
        Check.that(later.endTime - before >= 1000, "a delayed task ended after " + (later.endTime - before) + " ms");

        submit("much later", "java-4", Map.of("x-fc-async-delay", "200"));
        Check.equal("Enqueued", task("java-4").status, "status before the delay is over");
        Check.equal(204, client.stopAsyncTask(NAME, "java-4", new StopAsyncTaskRequest()).statusCode, "status of StopAsyncTask");
        Check.equal("Stopped", ended("java-4").status, "status of a stopped task");
        submit("sleep", "java-5", Map.of());
        Check.await("a task to run", () -> task("java-5"), t -> t.status.equals("Running"));
        client.stopAsyncTask(NAME, "java-5", new StopAsyncTaskRequest());
        Check.equal("Stopped", ended("java-5").status, "status of a task stopped while it ran");
        refused(400, "InvalidArgument", () -> submit("x", "java-6", Map.of("x-fc-async-delay", "3601")));
        refused(404, "AsyncTaskNotFound", () -> task("none"));

        ListAsyncTasksRequest stopped = new ListAsyncTasksRequest().setStatus("Stopped").setIncludePayload(true).setLimit(1);
        ListAsyncTasksResponse page = client.listAsyncTasks(NAME, stopped.setSortOrderByTime("asc"));
        Check.equal("java-4", page.body.tasks.get(0).taskId, "first stopped task");
        Check.that(page.body.tasks.get(0).taskPayload.contains("much later"), "payload: " + page.body.tasks.get(0).taskPayload);
        page = client.listAsyncTasks(NAME, stopped.setNextToken(page.body.nextToken));
        Check.equal("java-5", page.body.tasks.get(0).taskId, "second stopped task");
    }

    private void settings() throws Exception {
        client.putConcurrencyConfig(NAME, new PutConcurrencyConfigRequest()
                .setBody(new PutConcurrencyInput().setReservedConcurrency(7L)));
        Check.equal(7L, client.getConcurrencyConfig(NAME).body.reservedConcurrency, "reservedConcurrency");
        Check.equal(1, client.listConcurrencyConfigs(new ListConcurrencyConfigsRequest()).body.configs.size(), "concurrency configs");
        client.deleteConcurrencyConfig(NAME);

        client.putProvisionConfig(NAME, new PutProvisionConfigRequest().setQualifier("LATEST")
                .setBody(new PutProvisionConfigInput().setDefaultTarget(1L)));
        Check.equal(1L, client.getProvisionConfig(NAME, new GetProvisionConfigRequest().setQualifier("LATEST")).body.defaultTarget,
                "defaultTarget");
        Check.equal(1, client.listProvisionConfigs(new ListProvisionConfigsRequest()).body.provisionConfigs.size(), "provision configs");
        client.deleteProvisionConfig(NAME, new DeleteProvisionConfigRequest().setQualifier("LATEST"));

        client.putScalingConfig(NAME, new PutScalingConfigRequest().setQualifier("LATEST")
                .setBody(new PutScalingConfigInput().setMinInstances(1L)));
        Check.equal(1L, client.getScalingConfig(NAME, new GetScalingConfigRequest().setQualifier("LATEST")).body.minInstances,
                "minInstances");
        Check.equal(1, client.listScalingConfigs(new ListScalingConfigsRequest()).body.scalingConfigs.size(), "scaling configs");
        client.deleteScalingConfig(NAME, new DeleteScalingConfigRequest().setQualifier("LATEST"));

        invoke("warm", null, new InvokeFunctionHeaders());
        List<InstanceInfo> instances = client.listInstances(NAME, new ListInstancesRequest()).body.instances;
        Check.that(!instances.isEmpty() && instances.get(0).instanceId.startsWith("c-"), "instances");
    }

    private void layers() throws Exception {
        Layer layer = client.createLayerVersion("java-layer", new CreateLayerVersionRequest().setBody(new CreateLayerVersionInput()
                .setCompatibleRuntime(List.of("python3.10")).setDescription("of java")
                .setCode(new InputCodeLocation().setZipFile(base64(Check.zip("shared = 1\n")))))).body;
        Check.equal(1, layer.version, "version of the layer");
        Check.equal("of java", client.getLayerVersion("java-layer", "1").body.description, "description of the layer");
        Check.equal(1, client.getLayerVersionByArn(layer.layerVersionArn).body.version, "version by ARN");
        client.putLayerACL("java-layer", new PutLayerACLRequest().setAcl("1"));
        Check.equal("1", client.getLayerVersion("java-layer", "1").body.acl, "acl");
        Check.equal(1, client.listLayers(new ListLayersRequest().setPrefix("java-")).body.layers.size(), "layers");
        Check.equal(1, client.listLayerVersions("java-layer", new ListLayerVersionsRequest()).body.layers.size(), "layer versions");
        refused(404, "LayerVersionNotFound", () -> client.getLayerVersion("java-layer", "9"));
        client.deleteLayerVersion("java-layer", "1");
        refused(404, "LayerNotFound", () -> client.getLayerVersion("java-layer", "1"));
    }

    private void domains() throws Exception {
        RouteConfig routes = new RouteConfig().setRoutes(List.of(new PathConfig().setPath("/*").setFunctionName(NAME)));
        client.createCustomDomain(new CreateCustomDomainRequest().setBody(new CreateCustomDomainInput()
                .setDomainName("java.example.com").setProtocol("HTTP").setRouteConfig(routes)));
        Check.equal(NAME, client.getCustomDomain("java.example.com").body.routeConfig.routes.get(0).functionName, "route");
        client.updateCustomDomain("java.example.com", new UpdateCustomDomainRequest()
                .setBody(new UpdateCustomDomainInput().setProtocol("HTTP").setRouteConfig(new RouteConfig()
                        .setRoutes(List.of(new PathConfig().setPath("/new/*").setFunctionName(NAME))))));
        Check.equal("/new/*", client.listCustomDomains(new ListCustomDomainsRequest()).body.customDomains.get(0)
                .routeConfig.routes.get(0).path, "path");
        client.deleteCustomDomain("java.example.com");
        refused(404, "DomainNameNotFound", () -> client.getCustomDomain("java.example.com"));
    }

    private void tagsAndBindings() throws Exception {
        String arn = client.getFunction(NAME, new GetFunctionRequest()).body.functionArn;
        client.tagResources(new TagResourcesRequest().setBody(new TagResourcesInput().setResourceType("function")
                .setResourceId(List.of(arn)).setTag(List.of(new Tag().setKey("team").setValue("java")))));
        ListTagResourcesRequest request = new ListTagResourcesRequest().setResourceType("function").setResourceId(List.of(arn));
        Check.equal("java", client.listTagResources(request).body.tagResources.get(0).tagValue, "tag");
        client.untagResources(new UntagResourcesRequest().setResourceType("function").setResourceId(List.of(arn))
                .setTagKey(List.of("team")));
        List<TagResource> left = client.listTagResources(request).body.tagResources;
        Check.that(left == null || left.isEmpty(), "a tag is left");

        client.createVpcBinding(NAME, new CreateVpcBindingRequest().setBody(new CreateVpcBindingInput().setVpcId("vpc-java")));
        Check.equal(List.of("vpc-java"), client.listVpcBindings(NAME).body.vpcIds, "VPC bindings");
        client.deleteVpcBinding(NAME, "vpc-java");
    }

    private void sessions() throws Exception {
        client.updateFunction(NAME, new UpdateFunctionRequest().setBody(new UpdateFunctionInput()
                .setSessionAffinity("HEADER_FIELD")
                .setSessionAffinityConfig("{\"affinityHeaderFieldName\":\"x-session\",\"sessionConcurrencyPerInstance\":1}")));
        Session created = client.createSession(NAME, new CreateSessionRequest().setBody(new CreateSessionInput()
                .setSessionTTLInSeconds(600L).setSessionIdleTimeoutInSeconds(300L))).body;
        client.updateSession(NAME, created.sessionId, new UpdateSessionRequest()
                .setBody(new UpdateSessionInput().setSessionIdleTimeoutInSeconds(400L)));
        Check.equal(400L, client.getSession(NAME, created.sessionId, new GetSessionRequest()).body.sessionIdleTimeoutInSeconds,
                "sessionIdleTimeoutInSeconds");
        Check.equal(1, client.listSessions(NAME, new ListSessionsRequest()).body.sessions.size(), "sessions");
        client.deleteSession(NAME, created.sessionId, new DeleteSessionRequest());
    }

    private void restriction() throws Exception {
        client.disableFunctionInvocation(NAME, new DisableFunctionInvocationRequest().setReason("a pause"));
        Check.equal("a pause", client.getFunction(NAME, new GetFunctionRequest()).body.invocationRestriction.reason, "reason");
        try {
            invoke("x", null, new InvokeFunctionHeaders());
            Check.that(false, "a disabled function was invoked");
        } catch (TeaException e) {
            Check.equal(403, e.getStatusCode(), "status of a disabled function");
        }
        client.enableFunctionInvocation(NAME);
        Check.equal("again", text(invoke("again", null, new InvokeFunctionHeaders())), "echo once enabled");
    }

    private void removal() throws Exception {
        client.deleteFunctionVersion(NAME, "1");
        Check.equal(204, client.deleteFunction(NAME).statusCode, "status of DeleteFunction");
        refused(404, "FunctionNotFound", () -> client.getFunction(NAME, new GetFunctionRequest()));
    }

    private InvokeFunctionResponse invoke(String event, String qualifier, InvokeFunctionHeaders headers) throws Exception {
        return client.invokeFunctionWithOptions(NAME, new InvokeFunctionRequest().setQualifier(qualifier)
                .setBody(new ByteArrayInputStream(Check.utf8(event))), headers, new RuntimeOptions());
    }

    private InvokeFunctionResponse submit(String event, String id, Map<String, String> more) throws Exception {
        return invoke(event, null, new InvokeFunctionHeaders().setXFcInvocationType("Async").setXFcAsyncTaskId(id)
                .setCommonHeaders(new HashMap<>(more)));
    }

    private String revision(String qualifier) throws Exception {
        return text(invoke("revision", qualifier, new InvokeFunctionHeaders()));
    }

    private AsyncTask task(String id) throws Exception {
        return client.getAsyncTask(NAME, id, new GetAsyncTaskRequest()).body;
    }

    private AsyncTask ended(String id) throws Exception {
        return Check.await("task " + id, () -> task(id), t -> List.of("Succeeded", "Failed", "Stopped").contains(t.status));
    }

    private static void refused(int status, String code, Check.Call call) throws Exception {
        try {
            call.run();
        } catch (TeaException e) {
            Check.equal(status + " " + code, e.getStatusCode() + " " + e.getCode(), "refusal");
            return;
        }
        throw new AssertionError("not refused with " + code);
    }

    private static List<String> names(List<Function> list) {
        return list.stream().map(f -> f.functionName).collect(Collectors.toList());
    }

    private static String text(InvokeFunctionResponse answer) throws Exception {
        return new String(answer.body.readAllBytes());
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
