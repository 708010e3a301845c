"""The life of every resource by alibabacloud_fc20230330, which speaks 2023-03-30."""
import base64
import io
import json
from urllib.parse import urlsplit

from alibabacloud_fc20230330 import models as fc
from alibabacloud_fc20230330.client import Client
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions
from Tea.exceptions import TeaException

from suite import ACCOUNT, CODE, ENDPOINT, ZIP_FILE, download, equal, finish, refused, remove, step, until, upload

client = Client(Config(access_key_id="ak", access_key_secret="sk", endpoint=urlsplit(ENDPOINT).netloc, protocol="HTTP",
                       region_id="cn-hangzhou"))
ARN = "acs:fc:cn-hangzhou:%s:functions/cart" % ACCOUNT
ZIP = fc.InputCodeLocation(zip_file=ZIP_FILE)


def refusal(operation, code, message):
    return refused(operation, TeaException, code, message)


def names(items, key):
    return [getattr(item, key) for item in items]


def create(name, **fields):
    body = dict(function_name=name, runtime="python3.10", handler="index.handler", code=ZIP)
    body.update(fields)
    return client.create_function(fc.CreateFunctionRequest(body=fc.CreateFunctionInput(**body))).body


def create_function():
    initializer = fc.LifecycleHook(handler="index.initialize", timeout=5)
    made = create("cart", cpu=0.5, memory_size=512, disk_size=512, timeout=30, environment_variables={"STAGE": "one"},
                  tags=[fc.Tag(key="team", value="web")], instance_lifecycle_config=fc.InstanceLifecycleConfig(initializer=initializer))
    equal([made.function_arn, made.cpu, made.code_size, made.state], [ARN, 0.5, len(CODE), "Active"])


def get_function(name="cart", qualifier=None):
    return client.get_function(name, fc.GetFunctionRequest(qualifier=qualifier)).body


def list_functions():
    create("cart-2")
    first = client.list_functions(fc.ListFunctionsRequest(prefix="cart", limit=1)).body
    second = client.list_functions(fc.ListFunctionsRequest(prefix="cart", limit=1, next_token=first.next_token)).body
    equal(names(first.functions + second.functions, "function_name"), ["cart", "cart-2"])
    equal(client.delete_function("cart-2").status_code, 204)


def count_tagged(value):
    return len(client.list_functions(fc.ListFunctionsRequest(tags=[fc.Tag(key="team", value=value)])).body.functions)


def create_function_from_bucket():
    upload("sources", "cart/code.zip")
    made = create("stored", code=fc.InputCodeLocation(oss_bucket_name="sources", oss_object_name="cart/code.zip"))
    equal(made.code_size, len(CODE))
    equal(json.loads(invoke("hi", name="stored")[1])["event"], "hi")
    client.delete_function("stored")
    remove("sources", "cart/code.zip")


def functions():
    step("create_function", create_function)
    step("create_function twice", lambda: refusal(lambda: create("cart"), "FunctionAlreadyExists", "cart"))
    step("create_function with too little memory for its cpu", lambda: refusal(
        lambda: create("bad", cpu=4, memory_size=512), "InvalidArgument", "CPU"))
    step("create_function from a bucket", create_function_from_bucket)
    step("create_function from no bucket", lambda: refusal(lambda: create(
        "bad", code=fc.InputCodeLocation(oss_bucket_name="none", oss_object_name="cart/code.zip")), "InvalidArgument", "none"))
    step("get_function", lambda: equal(get_function().environment_variables, {"STAGE": "one"}))
    step("get_function of none", lambda: refusal(lambda: get_function("none"), "FunctionNotFound", "none"))
    step("get_function_code", lambda: download(client.get_function_code("cart", fc.GetFunctionCodeRequest()).body.url))
    step("list_functions by pages", list_functions)
    step("list_functions by tag", lambda: equal([count_tagged("web"), count_tagged("none")], [1, 0]))


def invoke(event, qualifier=None, name="cart", headers=None, **control):
    """Invokes a function; returns the response and the text of its answer."""
    request = fc.InvokeFunctionRequest(qualifier=qualifier, body=io.BytesIO(event.encode()))
    control = fc.InvokeFunctionHeaders(common_headers=headers or {}, **control)
    response = client.invoke_function_with_options(name, request, control, RuntimeOptions())
    return response, response.body.read().decode()


def invoke_one():
    response, text = invoke("hello")
    answer = json.loads(text)
    equal([answer["event"], answer["stage"], answer["initialized"]], ["hello", "one", True])
    equal(answer["requestId"], response.headers["x-fc-request-id"])


def invoke_with_log():
    response, _ = invoke("hello", x_fc_log_type="Tail", x_fc_invocation_type="Sync")
    log = base64.b64decode(response.headers["x-fc-log-result"]).decode()
    assert "got hello" in log, log


def invoke_that_fails():
    response, text = invoke("fail")
    equal(response.headers["x-fc-error-type"], "UnhandledInvocationError")
    assert "it was asked to fail" in text, text


def disable_and_enable():
    client.disable_function_invocation("cart", fc.DisableFunctionInvocationRequest(reason="maintenance", abort_ongoing_request=True))
    shown = refusal(lambda: invoke("hello"), "AccessDenied", "maintenance")
    client.enable_function_invocation("cart")
    invoke("hello")
    return shown


def invocations():
    step("invoke_function", invoke_one)
    step("invoke_function with its log", invoke_with_log)
    step("invoke_function that fails", invoke_that_fails)
    step("invoke_function of none", lambda: refusal(lambda: invoke("", name="none"), "FunctionNotFound", "none"))
    step("invoke_function of no version", lambda: refusal(lambda: invoke("", qualifier="99"), "VersionNotFound", "99"))
    step("disable_function_invocation", disable_and_enable)


def publish(description):
    request = fc.PublishFunctionVersionRequest(body=fc.PublishVersionInput(description=description))
    return client.publish_function_version("cart", request).body.version_id


def update_function():
    body = fc.UpdateFunctionInput(environment_variables={"STAGE": "two"}, code=ZIP)
    changed = client.update_function("cart", fc.UpdateFunctionRequest(body=body)).body
    equal([changed.environment_variables, changed.timeout, changed.cpu], [{"STAGE": "two"}, 30, 0.5])


def create_alias(name, version):
    request = fc.CreateAliasRequest(body=fc.CreateAliasInput(alias_name=name, version_id=version))
    return client.create_alias("cart", request).body


def update_alias():
    body = fc.UpdateAliasInput(description="x", additional_version_weight={"2": 0.5})
    changed = client.update_alias("cart", "live", fc.UpdateAliasRequest(body=body)).body
    equal([changed.version_id, changed.description, changed.additional_version_weight], ["1", "x", {"2": 0.5}])


def stage_of(qualifier):
    return json.loads(invoke("", qualifier=qualifier)[1])["stage"]


def versions():
    step("publish_function_version", lambda: equal(publish("first"), "1"))
    step("update_function", update_function)
    step("publish_function_version again", lambda: equal(publish("second"), "2"))
    step("list_function_versions", lambda: equal(
        names(client.list_function_versions("cart", fc.ListFunctionVersionsRequest()).body.versions, "version_id"), ["2", "1"]))
    step("get_function of a version", lambda: equal(get_function(qualifier="1").environment_variables, {"STAGE": "one"}))
    step("create_alias", lambda: create_alias("live", "1").alias_name)
    step("create_alias of no version", lambda: refusal(lambda: create_alias("bad", "9"), "VersionNotFound", "9"))
    step("update_alias", update_alias)
    step("get_alias", lambda: equal(client.get_alias("cart", "live").body.version_id, "1"))
    step("list_aliases", lambda: equal(names(client.list_aliases("cart", fc.ListAliasesRequest()).body.aliases, "alias_name"), ["live"]))
    step("invoke_function by weights", lambda: equal({stage_of("live") for _ in range(40)}, {"one", "two"}))


def trigger_config(*methods):
    return json.dumps({"authType": "anonymous", "methods": methods})


def create_trigger():
    body = fc.CreateTriggerInput(trigger_name="web", trigger_type="http", trigger_config=trigger_config("GET", "POST"))
    return client.create_trigger("cart", fc.CreateTriggerRequest(body=body)).body.http_trigger.url_internet


def update_trigger():
    body = fc.UpdateTriggerInput(description="x", trigger_config=trigger_config("GET"))
    shown = client.update_trigger("cart", "web", fc.UpdateTriggerRequest(body=body)).body
    equal([shown.description, json.loads(shown.trigger_config)["methods"]], ["x", ["GET"]])


def triggers():
    step("create_trigger", create_trigger)
    step("create_trigger twice", lambda: refusal(create_trigger, "TriggerAlreadyExists", "web"))
    step("update_trigger", update_trigger)
    step("get_trigger", lambda: equal(client.get_trigger("cart", "web").body.trigger_type, "http"))
    step("list_triggers", lambda: equal(names(client.list_triggers("cart", fc.ListTriggersRequest()).body.triggers, "trigger_name"), ["web"]))
    step("delete_trigger", lambda: equal(client.delete_trigger("cart", "web").status_code, 204))
    step("get_trigger of none", lambda: refusal(lambda: client.get_trigger("cart", "web"), "TriggerNotFound", "web"))


def put_async_invoke_config(**fields):
    request = fc.PutAsyncInvokeConfigRequest(body=fc.PutAsyncInvokeConfigInput(**fields))
    return client.put_async_invoke_config("cart", request).body


def put_destination():
    destination = "acs:mns:cn-hangzhou:%s:/queues/done/messages" % ACCOUNT
    config = fc.DestinationConfig(on_failure=fc.Destination(destination=destination))
    shown = put_async_invoke_config(async_task=True, max_async_retry_attempts=1, destination_config=config)
    equal([shown.async_task, shown.destination_config.on_failure.destination], [True, destination])


def get_async_invoke_config():
    return client.get_async_invoke_config("cart", fc.GetAsyncInvokeConfigRequest()).body


def async_configs():
    step("put_async_invoke_config", put_destination)
    step("list_async_invoke_configs", lambda: equal(len(client.list_async_invoke_configs(fc.ListAsyncInvokeConfigsRequest()).body.configs), 1))
    step("delete_async_invoke_config", lambda: equal(
        client.delete_async_invoke_config("cart", fc.DeleteAsyncInvokeConfigRequest()).status_code, 204))
    step("get_async_invoke_config of none", lambda: refusal(get_async_invoke_config, "AsyncConfigNotExists", "cart"))
    step("put_async_invoke_config again", lambda: put_async_invoke_config(async_task=True, max_async_retry_attempts=0).async_task)
    step("get_async_invoke_config", lambda: equal(get_async_invoke_config().max_async_retry_attempts, 0))


def submit(task, event, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return invoke(event, x_fc_invocation_type="Async", x_fc_async_task_id=task, headers=headers)


def submit_one():
    response, text = submit("job-1", "hello")
    equal([response.status_code, text, response.headers["x-fc-async-task-id"]], [202, "", "job-1"])


def task(task_id):
    return client.get_async_task("cart", task_id, fc.GetAsyncTaskRequest()).body


def stop(task_id):
    return client.stop_async_task("cart", task_id, fc.StopAsyncTaskRequest()).status_code


def becomes(task_id, status):
    return until(lambda: task(task_id), lambda found: found.status == status)


def a_failing_task():
    submit("job-2", "fail")
    return becomes("job-2", "Failed").task_error_message


def a_delayed_task():
    submit("job-3", "hello", x_fc_async_delay="3600")
    equal(task("job-3").status, "Enqueued")
    stop("job-3")
    becomes("job-3", "Stopped")


def a_running_task():
    submit("job-4", "sleep")
    becomes("job-4", "Running")
    stop("job-4")
    becomes("job-4", "Stopped")


def list_async_tasks():
    def listed(**fields):
        return client.list_async_tasks("cart", fc.ListAsyncTasksRequest(sort_order_by_time="asc", **fields)).body
    first = listed(limit=3, prefix="job", include_payload=True)
    second = listed(limit=3, prefix="job", next_token=first.next_token)
    equal(names(first.tasks + second.tasks, "task_id"), ["job-1", "job-2", "job-3", "job-4"])
    equal(names(listed(status="Failed").tasks, "task_id"), ["job-2"])


def tasks():
    step("invoke_function asynchronously", submit_one)
    step("invoke_function with the same id", lambda: refusal(lambda: submit("job-1", ""), "StatefulAsyncInvocationAlreadyExists", "job-1"))
    step("get_async_task", lambda: becomes("job-1", "Succeeded").return_payload)
    step("get_async_task of none", lambda: refusal(lambda: task("none"), "AsyncTaskNotFound", "none"))
    step("a failing task", a_failing_task)
    step("stop_async_task of a delayed one", a_delayed_task)
    step("stop_async_task of a running one", a_running_task)
    step("stop_async_task of an ended one", lambda: refusal(lambda: stop("job-1"), "InvalidArgument", "job-1"))
    step("list_async_tasks by pages", list_async_tasks)


def put_provision_config():
    body = fc.PutProvisionConfigInput(default_target=1, always_allocate_cpu=False)
    put = client.put_provision_config("cart", fc.PutProvisionConfigRequest(qualifier="live", body=body)).body
    equal([put.default_target, put.always_allocate_cpu], [1, False])


def put_concurrency_config():
    request = fc.PutConcurrencyConfigRequest(body=fc.PutConcurrencyInput(reserved_concurrency=3))
    equal(client.put_concurrency_config("cart", request).body.reserved_concurrency, 3)


def put_scaling_config():
    request = fc.PutScalingConfigRequest(qualifier="LATEST", body=fc.PutScalingConfigInput(min_instances=1))
    equal(client.put_scaling_config("cart", request).body.min_instances, 1)


def list_instances():
    stage_of("LATEST")
    equal(len(client.list_instances("cart", fc.ListInstancesRequest(qualifier="LATEST", limit="5")).body.instances), 1)


def settings():
    step("put_provision_config", put_provision_config)
    step("get_provision_config", lambda: until(
        lambda: client.get_provision_config("cart", fc.GetProvisionConfigRequest(qualifier="live")).body, lambda config: config.current == 1).current)
    step("list_provision_configs", lambda: equal(len(client.list_provision_configs(fc.ListProvisionConfigsRequest()).body.provision_configs), 1))
    step("delete_provision_config", lambda: equal(
        client.delete_provision_config("cart", fc.DeleteProvisionConfigRequest(qualifier="live")).status_code, 204))
    step("put_scaling_config", put_scaling_config)
    step("get_scaling_config", lambda: equal(client.get_scaling_config("cart", fc.GetScalingConfigRequest(qualifier="LATEST")).body.min_instances, 1))
    step("list_scaling_configs", lambda: equal(len(client.list_scaling_configs(fc.ListScalingConfigsRequest()).body.scaling_configs), 1))
    step("delete_scaling_config", lambda: equal(
        client.delete_scaling_config("cart", fc.DeleteScalingConfigRequest(qualifier="LATEST")).status_code, 204))
    step("put_concurrency_config", put_concurrency_config)
    step("get_concurrency_config", lambda: equal(client.get_concurrency_config("cart").body.reserved_concurrency, 3))
    step("list_concurrency_configs", lambda: equal(len(client.list_concurrency_configs(fc.ListConcurrencyConfigsRequest()).body.configs), 1))
    step("delete_concurrency_config", lambda: equal(client.delete_concurrency_config("cart").status_code, 204))
    step("list_instances", list_instances)


def create_session():
    body = fc.UpdateFunctionInput(session_affinity="HEADER_FIELD", session_affinity_config='{"affinityHeaderFieldName":"x-session"}')
    client.update_function("cart", fc.UpdateFunctionRequest(body=body))
    session = fc.CreateSessionInput(session_id="s-1", session_ttlin_seconds=600)
    made = client.create_session("cart", fc.CreateSessionRequest(body=session)).body
    equal([made.session_id, made.session_status], ["s-1", "Active"])


def update_session():
    request = fc.UpdateSessionRequest(body=fc.UpdateSessionInput(session_ttlin_seconds=900))
    equal(client.update_session("cart", "s-1", request).body.session_ttlin_seconds, 900)


def sessions():
    step("create_session", create_session)
    step("get_session", lambda: equal(client.get_session("cart", "s-1", fc.GetSessionRequest()).body.session_ttlin_seconds, 600))
    step("update_session", update_session)
    step("list_sessions", lambda: equal(names(client.list_sessions("cart", fc.ListSessionsRequest()).body.sessions, "session_id"), ["s-1"]))
    step("pause_session", lambda: client.pause_session("cart", "s-1", fc.PauseSessionRequest()).status_code)
    step("resume_session", lambda: client.resume_session("cart", "s-1", fc.ResumeSessionRequest()).status_code)
    step("delete_session", lambda: equal(client.delete_session("cart", "s-1", fc.DeleteSessionRequest()).status_code, 204))


RESOURCE = dict(resource_type="ALIYUN::FC::FUNCTION", resource_id=[ARN])


def tag_keys():
    return sorted(names(client.list_tag_resources(fc.ListTagResourcesRequest(**RESOURCE)).body.tag_resources, "tag_key"))


def tag_resources():
    body = fc.TagResourcesInput(tag=[fc.Tag(key="tier", value="one")], **RESOURCE)
    return client.tag_resources(fc.TagResourcesRequest(body=body)).status_code


def tags():
    step("tag_resources", tag_resources)
    step("list_tag_resources", lambda: equal(tag_keys(), ["team", "tier"]))
    step("untag_resources", lambda: client.untag_resources(fc.UntagResourcesRequest(all=True, **RESOURCE)).status_code)
    step("list_tag_resources of none", lambda: equal(tag_keys(), []))


def create_layer_version():
    body = fc.CreateLayerVersionInput(code=ZIP, compatible_runtime=["python3.10"])
    return client.create_layer_version("tools", fc.CreateLayerVersionRequest(body=body)).body.version


def layers():
    step("create_layer_version", create_layer_version)
    layer = client.get_layer_version("tools", "1").body
    step("get_layer_version", lambda: download(layer.code.location))
    step("get_layer_version_by_arn", lambda: equal(client.get_layer_version_by_arn(layer.layer_version_arn).body.layer_name, "tools"))
    step("list_layers", lambda: equal(names(client.list_layers(fc.ListLayersRequest()).body.layers, "layer_name"), ["tools"]))
    step("list_layer_versions", lambda: equal(
        names(client.list_layer_versions("tools", fc.ListLayerVersionsRequest()).body.layers, "version"), [1]))
    step("put_layer_acl", lambda: client.put_layer_acl("tools", fc.PutLayerACLRequest(public="true")).status_code)
    step("delete_layer_version", lambda: equal(client.delete_layer_version("tools", "1").status_code, 204))


def route_config(path):
    return fc.RouteConfig(routes=[fc.PathConfig(path=path, function_name="cart")])


def create_custom_domain():
    body = fc.CreateCustomDomainInput(domain_name="shop.example.com", protocol="HTTP", route_config=route_config("/*"))
    return client.create_custom_domain(fc.CreateCustomDomainRequest(body=body)).body.domain_name


def update_custom_domain():
    body = fc.UpdateCustomDomainInput(route_config=route_config("/cart"))
    equal(client.update_custom_domain("shop.example.com", fc.UpdateCustomDomainRequest(body=body)).body.route_config.routes[0].path, "/cart")


def domains():
    step("create_custom_domain", create_custom_domain)
    step("update_custom_domain", update_custom_domain)
    step("get_custom_domain", lambda: equal(client.get_custom_domain("shop.example.com").body.protocol, "HTTP"))
    step("list_custom_domains", lambda: equal(len(client.list_custom_domains(fc.ListCustomDomainsRequest()).body.custom_domains), 1))
    step("delete_custom_domain", lambda: equal(client.delete_custom_domain("shop.example.com").status_code, 204))
    step("get_custom_domain of none", lambda: refusal(
        lambda: client.get_custom_domain("shop.example.com"), "DomainNameNotFound", "shop.example.com"))


def change_resource_group():
    body = fc.ChangeResourceGroupInput(resource_type="function", resource_id=ARN, new_resource_group_id="rg-1")
    return client.change_resource_group(fc.ChangeResourceGroupRequest(body=body)).body.new_resource_group_id


def surroundings():
    step("create_vpc_binding", lambda: client.create_vpc_binding(
        "cart", fc.CreateVpcBindingRequest(body=fc.CreateVpcBindingInput(vpc_id="vpc-1"))).status_code)
    step("list_vpc_bindings", lambda: equal(client.list_vpc_bindings("cart").body.vpc_ids, ["vpc-1"]))
    step("delete_vpc_binding", lambda: client.delete_vpc_binding("cart", "vpc-1").status_code)
    step("change_resource_group", change_resource_group)
    step("describe_regions", lambda: equal(len(client.describe_regions(fc.DescribeRegionsRequest()).body.regions.region), 1))
    step("list_snapshots", lambda: equal(client.list_snapshots(fc.ListSnapshotsRequest()).body.snapshots or [], []))


def removal():
    step("delete_function_version in use", lambda: refusal(lambda: client.delete_function_version("cart", "1"), "VersionInUse", "live"))
    step("delete_alias", lambda: equal(client.delete_alias("cart", "live").status_code, 204))
    step("delete_function_version", lambda: equal(client.delete_function_version("cart", "1").status_code, 204))
    step("delete_function", lambda: equal(client.delete_function("cart").status_code, 204))
    step("list_functions of nothing", lambda: equal(client.list_functions(fc.ListFunctionsRequest()).body.functions, []))


for part in (functions, invocations, versions, triggers, async_configs, tasks, settings, sessions, tags, layers, domains, surroundings, removal):
    part()
finish("alibabacloud_fc20230330")
