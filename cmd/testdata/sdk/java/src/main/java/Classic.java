import com.aliyuncs.fc.auth.SignURLConfig;
import com.aliyuncs.fc.client.FunctionComputeClient;
import com.aliyuncs.fc.constants.Const;
import com.aliyuncs.fc.exceptions.ClientException;
import com.aliyuncs.fc.model.*;
import com.aliyuncs.fc.request.*;
import com.aliyuncs.fc.response.*;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** com.aliyun:aliyun-java-sdk-fc (fc-java-sdk), through the life of every resource. */
public final class Classic {
    private static final String SERVICE = "java-classic";
    private static final String NAME = "echo";

    private final FunctionComputeClient client;

    private Classic(String endpoint) {
        client = new FunctionComputeClient("cn-hangzhou", "123456789", "fcemu", "fcemu");
        client.setEndpoint(endpoint);
    }

    public static void main(String[] arguments) throws Exception {
        Classic suite = new Classic(arguments[0]);
        suite.services();
        suite.functions();
        suite.invocations();
        suite.versionsAndAliases();
        suite.triggers();
        suite.web();
        suite.tasks();
        suite.settings();
        suite.layers();
        suite.domains();
        suite.tagsAndBindings();
        suite.removal();
    }

    private void services() throws Exception {
        refused(404, "ServiceNotFound", () -> client.getService(new GetServiceRequest(SERVICE)));
        CreateServiceRequest request = new CreateServiceRequest().setServiceName(SERVICE).setDescription("made by Java");
        client.createService(request);
        refused(409, "ServiceAlreadyExists", () -> client.createService(request));
        GetServiceResponse read = client.getService(new GetServiceRequest(SERVICE));
        Check.equal("made by Java", read.getDescription(), "description");
        Check.equal(true, read.getInternetAccess(), "internetAccess");
        client.updateService(new UpdateServiceRequest(SERVICE).setDescription("new")); // its If-Match is the service's name
        ListServicesResponse list = client.listServices(new ListServicesRequest().setPrefix("java-").setLimit(10));
        Check.equal("new", list.getServices()[0].getDescription(), "description once updated");
    }

    private void functions() throws Exception {
        create(NAME);
        refused(409, "FunctionAlreadyExists", () -> create(NAME));
        create("other");
        ListFunctionsResponse page = client.listFunctions(new ListFunctionsRequest(SERVICE).setLimit(1));
        Check.equal(NAME, page.getFunctions()[0].getFunctionName(), "first page");
        Check.equal("other", page.getNextToken(), "nextToken");
        page = client.listFunctions(new ListFunctionsRequest(SERVICE).setNextToken(page.getNextToken()));
        Check.equal(1, page.getFunctions().length, "size of the second page");
        refused(412, "PreconditionFailed", () -> client.deleteFunction(new DeleteFunctionRequest(SERVICE, "other").setIfMatch("stale")));
        String etag = client.getFunction(new GetFunctionRequest(SERVICE, "other")).getEtag();
        client.deleteFunction(new DeleteFunctionRequest(SERVICE, "other").setIfMatch(etag));

        client.updateFunction(new UpdateFunctionRequest(SERVICE, NAME).setDescription("described").setTimeout(90));
        GetFunctionResponse read = client.getFunction(new GetFunctionRequest(SERVICE, NAME));
        Check.equal("described", read.getDescription(), "description");
        Check.equal(90, read.getTimeout(), "timeout");
        GetFunctionCodeResponse code = client.getFunctionCode(new GetFunctionCodeRequest(SERVICE, NAME));
        Check.equal(read.getCodeChecksum(), code.getCodeChecksum(), "checksum");
        Check.equal(read.getCodeSize(), Check.get(code.getCodeUrl()).body().length, "size of the download");
    }

    private void create(String name) throws Exception {
        CreateFunctionRequest request = new CreateFunctionRequest(SERVICE).setFunctionName(name).setRuntime("python3.10")
                .setHandler("index.handler").setMemorySize(256).setTimeout(30).setCode(new Code().setZipFile(Check.zip(Check.HANDLER)));
        request.setEnvironmentVariables(Map.of("REVISION", "one"));
        client.createFunction(request);
    }

    private void invocations() throws Exception {
        InvokeFunctionResponse plain = invoke(invocation("hello"));
        Check.equal(200, plain.getStatus(), "status");
        Check.equal("hello", text(plain), "echo");
        Check.that(plain.getRequestId() != null, "no request id");
        InvokeFunctionResponse logged = invoke(invocation("log me").setLogType("Tail"));
        Check.that(logged.getLogResult().contains("log me"), "log tail: " + logged.getLogResult());
        InvokeFunctionResponse failed = invoke(invocation("fail"));
        Check.equal(200, failed.getStatus(), "status of a failure");
        Check.equal("UnhandledInvocationError", failed.getHeader("X-Fc-Error-Type"), "error type");
        Check.that(text(failed).contains("as asked"), "error message");
        refused(400, "InvalidArgument", () -> invoke(invocation("x").setLogType("Invalid")));
        refused(400, "InvalidArgument", () -> invoke(async("x").setLogType("Tail")));
        refused(404, "FunctionNotFound", () -> invoke(new InvokeFunctionRequest(SERVICE, "none")));
    }

    private void versionsAndAliases() throws Exception {
        Check.equal("1", client.publishVersion(new PublishVersionRequest(SERVICE).setDescription("first")).getVersionId(), "versionId");
        UpdateFunctionRequest change = new UpdateFunctionRequest(SERVICE, NAME);
        change.setEnvironmentVariables(Map.of("REVISION", "two"));
        client.updateFunction(change);
        Check.equal("2", client.publishVersion(new PublishVersionRequest(SERVICE)).getVersionId(), "second versionId");
        Check.equal("one", revision("1"), "revision of version 1");
        Check.equal("two", revision(null), "revision of LATEST");
        VersionMetaData[] versions = client.listVersions(new ListVersionsRequest(SERVICE).setDirection("FORWARD")).getVersions();
        Check.equal("1 2", Arrays.stream(versions).map(VersionMetaData::getVersionId).collect(Collectors.joining(" ")), "versions");
        refused(404, "VersionNotFound", () -> invoke(invocation("x").setQualifier("9")));

        refused(404, "AliasNotFound", () -> client.getAlias(new GetAliasRequest(SERVICE, "prod")));
        client.createAlias(new CreateAliasRequest(SERVICE, "prod", "1").setDescription("live"));
        refused(409, "AliasAlreadyExists", () -> client.createAlias(new CreateAliasRequest(SERVICE, "prod", "1")));
        Check.equal("one", revision("prod"), "revision of the alias");
        client.updateAlias(new UpdateAliasRequest(SERVICE, "prod").setVersionId("1").setAdditionalVersionWeight(Map.of("2", 1f)));
        Check.equal("two", revision("prod"), "revision with the whole weight on version 2");
        Check.equal(1f, client.getAlias(new GetAliasRequest(SERVICE, "prod")).getAdditionalVersionWeight().get("2"), "weight");
        Check.equal(1, client.listAliases(new ListAliasesRequest(SERVICE)).getAliases().length, "aliases");
        Check.equal(204, client.deleteAlias(new DeleteAliasRequest(SERVICE, "prod")).getStatus(), "status of DeleteAlias");
        Check.equal(204, client.deleteVersion(new DeleteVersionRequest(SERVICE, "2")).getStatus(), "status of DeleteVersion");
    }

    private void triggers() throws Exception {
        refused(404, "TriggerNotFound", () -> client.getTrigger(new GetTriggerRequest(SERVICE, NAME, "nightly")));
        client.createTrigger(new CreateTriggerRequest(SERVICE, NAME).setTriggerName("nightly").setTriggerType("timer")
                .setTriggerConfig(new TimeTriggerConfig("0 0 4 * * *", "p", false)));
        client.updateTrigger(new UpdateTriggerRequest(SERVICE, NAME, "nightly")
                .setTriggerConfig(new TimeTriggerConfig("0 0 5 * * *", "p", false)));
        GetTriggerResponse read = client.getTrigger(new GetTriggerRequest(SERVICE, NAME, "nightly"));
        Check.equal("timer", read.getTriggerType(), "triggerType");
        Check.that(read.getTriggerConfig().toString().contains("0 0 5 * * *"), "trigger: " + read.getTriggerConfig());
        Check.equal(1, client.listTriggers(new ListTriggersRequest(SERVICE, NAME)).getTriggers().length, "triggers");
        client.deleteTrigger(new DeleteTriggerRequest(SERVICE, NAME, "nightly"));
    }

    private void web() throws Exception {
        client.createFunction(new CreateFunctionRequest(SERVICE).setFunctionName("web").setRuntime("custom").setHandler("none")
                .setMemorySize(256).setTimeout(30).setCAPort(9000).setCode(new Code().setZipFile(Check.zip("bootstrap", Check.BOOTSTRAP))));
        client.createTrigger(new CreateTriggerRequest(SERVICE, "web").setTriggerName("http").setTriggerType("http")
                .setTriggerConfig(new HttpTriggerConfig(HttpAuthType.FUNCTION, new HttpMethod[] {HttpMethod.GET})));
        HttpInvokeFunctionRequest call = new HttpInvokeFunctionRequest(SERVICE, "web", HttpAuthType.FUNCTION, HttpMethod.GET, "/a");
        call.addQuery("b", "c");
        InvokeFunctionResponse answer = invoke(call);
        Check.equal(201, answer.getStatus(), "status by HTTP, with " + text(answer));
        Check.equal("web b=c", text(answer), "body by HTTP");
        String signed = client.SignURL(new SignURLConfig(HttpMethod.GET, SERVICE, "web", new Date(System.currentTimeMillis() + 60_000))
                .setEscapedPath("/a").setQueries(Map.of("b", new String[] {"c"})));
        Check.equal(201, Check.get(signed).statusCode(), "status by a presigned URL");
        client.deleteTrigger(new DeleteTriggerRequest(SERVICE, "web", "http"));
        client.deleteFunction(new DeleteFunctionRequest(SERVICE, "web"));
    }

    private void tasks() throws Exception {
        Check.equal(202, invoke(async("forget me")).getStatus(), "status of an asynchronous invocation");
        refused(404, "AsyncConfigNotExists", () -> client.getFunctionAsyncConfig(new GetFunctionAsyncConfigRequest(SERVICE, "LATEST", NAME)));
        client.putFunctionAsyncConfig(new PutFunctionAsyncConfigRequest(SERVICE, "LATEST", NAME).setAsyncConfig(new AsyncConfig()
                .setStatefulInvocation(true).setMaxAsyncRetryAttempts(0).setMaxAsyncEventAgeInSeconds(3600)));
        AsyncConfig config = client.getFunctionAsyncConfig(new GetFunctionAsyncConfigRequest(SERVICE, "LATEST", NAME)).getAsyncConfig();
        Check.equal(true, config.getStatefulInvocation(), "statefulInvocation");
        Check.equal(0, config.getMaxAsyncRetryAttempts(), "maxAsyncRetryAttempts");
        Check.equal(1, client.listFunctionAsyncConfigs(new ListFunctionAsyncConfigsRequest(SERVICE, NAME)).getAsyncConfigs().length,
                "async configs");

        InvokeFunctionResponse accepted = submit("work", "java-1", null);
        StatefulAsyncInvocation done = ended("java-1");
        Check.equal("Succeeded", done.getStatus(), "status of the task");
        Check.equal(accepted.getRequestId(), done.getRequestId(), "requestId");
        refused(409, "StatefulAsyncInvocationAlreadyExists", () -> submit("work", "java-1", null));
        submit("fail", "java-2", null);
        Check.equal("Failed", ended("java-2").getStatus(), "status of a task that fails");

        long before = System.currentTimeMillis();
        submit("later", "java-3", "1");
        long took = Long.parseLong(ended("java-3").getEndTime()) - before;
        Check.that(took >= 1000, "a delayed task ended after " + took + " ms");
        submit("much later", "java-4", "200");
        Check.equal("Enqueued", task("java-4").getStatus(), "status before the delay is over");
        client.stopStatefulAsyncInvocation(new StopStatefulAsyncInvocationRequest(SERVICE, "LATEST", NAME, "java-4"));
        Check.equal("Stopped", ended("java-4").getStatus(), "status of a stopped task");
        refused(404, "StatefulAsyncInvocationNotFound", () -> task("none"));
        StatefulAsyncInvocation[] stopped = client.listStatefulAsyncInvocations(new ListStatefulAsyncInvocationsRequest(SERVICE, NAME)
                .setStatus("Stopped").setIncludePayload(true)).getStatefulAsyncInvocations();
        Check.equal("java-4", stopped[0].getInvocationId(), "stopped task");
        Check.that(stopped[0].getInvocationPayload().contains("much later"), "payload: " + stopped[0].getInvocationPayload());
        client.deleteFunctionAsyncConfig(new DeleteFunctionAsyncConfigRequest(SERVICE, "LATEST", NAME));
    }

    private void settings() throws Exception {
        client.createAlias(new CreateAliasRequest(SERVICE, "kept", "1"));
        client.putProvisionConfig(new PutProvisionConfigRequest(SERVICE, "kept", NAME).setTarget(1));
        Check.equal(1, client.getProvisionConfig(new GetProvisionConfigRequest(SERVICE, "kept", NAME)).getTarget(), "target");
        Check.equal(1, client.listProvisionConfigs(new ListProvisionConfigsRequest()).getProvisionConfigs().length, "provision configs");
        client.putProvisionConfig(new PutProvisionConfigRequest(SERVICE, "kept", NAME).setTarget(0));

        client.putOnDemandConfig(new PutOnDemandConfigRequest(SERVICE, "kept", NAME, 3));
        Check.equal(3, client.getOnDemandConfig(new GetOnDemandConfigRequest(SERVICE, "kept", NAME)).getMaximumInstanceCount(),
                "maximumInstanceCount");
        Check.equal(1, client.listOnDemandConfigs(new ListOnDemandConfigsRequest()).getOnDemandConfigs().length, "on-demand configs");
        client.deleteOnDemandConfig(new DeleteOnDemandConfigRequest(SERVICE, "kept", NAME));
        refused(404, "OnDemandConfigNotFound", () -> client.getOnDemandConfig(new GetOnDemandConfigRequest(SERVICE, "kept", NAME)));
        client.deleteAlias(new DeleteAliasRequest(SERVICE, "kept"));
        Check.that(client.getAccountSettings(new GetAccountSettingsRequest()).getAccountSettings() != null, "account settings");
    }

    private void layers() throws Exception {
        PublishLayerVersionRequest publish = new PublishLayerVersionRequest();
        publish.setLayerName("java-layer");
        publish.setCompatibleRuntime(new String[] {"python3.10"});
        publish.setCode(new Code().setZipFile(Check.zip("shared = 1\n")));
        Check.equal(1, client.publishLayerVersion(publish).getVersion(), "version of the layer");
        ListLayerRequest list = new ListLayerRequest();
        list.setPrefix("java-");
        Check.equal("java-layer", client.listLayer(list).getLayers()[0].getLayerName(), "layerName");
        ListLayerVersionRequest versions = new ListLayerVersionRequest();
        versions.setLayerName("java-layer");
        versions.setStartVersion("1");
        Check.equal(1, client.listLayerVersion(versions).getLayers().length, "layer versions");
        DeleteLayerVersionRequest delete = new DeleteLayerVersionRequest();
        delete.setLayerName("java-layer");
        delete.setVersion("1");
        client.deleteLayerVersion(delete);
    }

    private void domains() throws Exception {
        client.createCustomDomain(new CreateCustomDomainRequest("classic.example.com", "HTTP", routes("/*")));
        Check.equal(NAME, client.getCustomDomain(new GetCustomDomainRequest("classic.example.com"))
                .getRouteConfig().getRoutes()[0].getFunctionName(), "route");
        client.updateCustomDomain(new UpdateCustomDomainRequest("classic.example.com", "HTTP", routes("/new/*")));
        Check.equal("/new/*", client.listCustomDomains(new ListCustomDomainsRequest()).getCustomDomains()[0]
                .getRouteConfig().getRoutes()[0].getPath(), "path");
        client.deleteCustomDomain(new DeleteCustomDomainRequest("classic.example.com"));
        refused(404, "DomainNameNotFound", () -> client.getCustomDomain(new GetCustomDomainRequest("classic.example.com")));
    }

    private static RouteConfig routes(String path) {
        return new RouteConfig(new PathConfig[] {new PathConfig(path, SERVICE, NAME, "LATEST")});
    }

    private void tagsAndBindings() throws Exception {
        String arn = "acs:fc:cn-hangzhou:123456789:services/" + SERVICE;
        client.tagResource(new TagResourceRequest(arn, Map.of("team", "java")));
        Check.equal("java", client.getResourceTags(new GetResourceTagsRequest(arn)).getTags().get("team"), "tag");
        client.untagResource(new UntagResourceRequest(false, arn, new String[] {"team"}));
        Map<String, String> left = client.getResourceTags(new GetResourceTagsRequest(arn)).getTags();
        Check.that(left == null || left.isEmpty(), "a tag is left");

        client.createVpcBinding(new CreateVpcBindingRequest().setServiceName(SERVICE).setVpcId("vpc-java"));
        Check.equal("[vpc-java]", Arrays.toString(client.listVpcBindings(new ListVpcBindingsRequest().setServiceName(SERVICE)).getVpcIDs()),
                "VPC bindings");
        client.deleteVpcBinding(new DeleteVpcBindingRequest().setServiceName(SERVICE).setVpcId("vpc-java"));
    }

    private void removal() throws Exception {
        client.deleteVersion(new DeleteVersionRequest(SERVICE, "1"));
        client.deleteFunction(new DeleteFunctionRequest(SERVICE, NAME));
        client.deleteService(new DeleteServiceRequest(SERVICE));
        refused(404, "ServiceNotFound", () -> client.getService(new GetServiceRequest(SERVICE)));
    }

    private InvokeFunctionRequest invocation(String event) {
        return new InvokeFunctionRequest(SERVICE, NAME).setPayload(Check.utf8(event));
    }

    private InvokeFunctionRequest async(String event) {
        return invocation(event).setInvocationType(Const.INVOCATION_TYPE_ASYNC);
    }

    private InvokeFunctionResponse invoke(InvokeFunctionRequest request) {
        return client.invokeFunction(request);
    }

    private InvokeFunctionResponse submit(String event, String id, String delay) {
        InvokeFunctionRequest request = async(event).setStatefulAsyncInvocationId(id);
        if (delay != null) {
            request.setHeader("x-fc-async-delay", delay);
        }
        return invoke(request);
    }

    private String revision(String qualifier) {
        return text(invoke(invocation("revision").setQualifier(qualifier)));
    }

    private StatefulAsyncInvocation task(String id) {
        return client.getStatefulAsyncInvocation(new GetStatefulAsyncInvocationRequest(SERVICE, "LATEST", NAME, id))
                .getStatefulAsyncInvocation();
    }

    private StatefulAsyncInvocation ended(String id) throws Exception {
        return Check.await("task " + id, () -> task(id), t -> List.of("Succeeded", "Failed", "Stopped").contains(t.getStatus()));
    }

    private static void refused(int status, String code, Check.Call call) throws Exception {
        try {
            call.run();
        } catch (ClientException e) {
            Check.equal(status + " " + code, e.getStatusCode() + " " + e.getErrorCode(), "refusal");
            return;
        }
        throw new AssertionError("not refused with " + code);
    }

    private static String text(InvokeFunctionResponse answer) {
        return new String(answer.getPayload());
    }
}
