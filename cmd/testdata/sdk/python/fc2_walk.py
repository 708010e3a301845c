"""The life of every resource by aliyun-fc2, which speaks 2016-08-15."""
import base64
import json
import logging

import fc2

from suite import ACCOUNT, CODE, ENDPOINT, PACKAGE, download, equal, finish, refused, remove, step, until, upload

logging.disable(logging.CRITICAL)  # the client logs each refusal
client = fc2.Client(endpoint=ENDPOINT, accessKeyID="ak", accessKeySecret="sk", Timeout=20)
ARN = "acs:fc:cn-hangzhou:%s:services/shop" % ACCOUNT


def refusal(operation, code, message):
    return refused(operation, fc2.FcError, code, message)


def names(items, key):
    return [item[key] for item in items]


def create_service():
    made = client.create_service("shop", description="one", internetAccess=True, logConfig={"project": "p", "logstore": "l"}).data
    equal([made["serviceName"], made["description"], made["logConfig"]["project"]], ["shop", "one", "p"])


def update_service_by_etag():
    etag = client.get_service("shop").headers["etag"]
    equal(client.update_service("shop", description="two", headers={"if-match": etag}).data["description"], "two")


def list_services():
    client.create_service("shop-2")
    first = client.list_services(prefix="shop", limit=1).data
    second = client.list_services(prefix="shop", limit=1, nextToken=first["nextToken"]).data
    equal(names(first["services"] + second["services"], "serviceName"), ["shop", "shop-2"])
    client.delete_service("shop-2")


def services():
    step("create_service", create_service)
    step("create_service twice", lambda: refusal(lambda: client.create_service("shop"), "ServiceAlreadyExists", "shop"))
    step("get_service of none", lambda: refusal(lambda: client.get_service("none"), "ServiceNotFound", "none"))
    step("update_service with its etag", update_service_by_etag)
    step("update_service with a stale etag", lambda: refusal(
        lambda: client.update_service("shop", description="x", headers={"if-match": "stale"}), "PreconditionFailed", "changed"))
    step("list_services by pages", list_services)


def create_function():
    made = client.create_function("shop", "cart", "python3.10", "index.handler", codeZipFile=PACKAGE, initializer="index.initialize",
                                  timeout=30, environmentVariables={"STAGE": "one"}).data
    equal([made["functionName"], made["initializer"], made["codeSize"]], ["cart", "index.initialize", len(CODE)])


def create_function_from_bucket():
    upload("sources", "cart/code.zip")
    client.create_function("shop", "stored", "python3.10", "index.handler", codeOSSBucket="sources", codeOSSObject="cart/code.zip")
    equal(json.loads(client.invoke_function("shop", "stored", payload="hi").data)["event"], "hi")
    client.delete_function("shop", "stored")
    remove("sources", "cart/code.zip")


def functions():
    step("create_function", create_function)
    step("create_function from a bucket", create_function_from_bucket)
    step("create_function with a wrong runtime", lambda: refusal(
        lambda: client.create_function("shop", "bad", "cobol", "index.handler", codeZipFile=PACKAGE), "InvalidArgument", "cobol"))
    step("get_function", lambda: equal(client.get_function("shop", "cart").data["environmentVariables"], {"STAGE": "one"}))
    step("get_function of none", lambda: refusal(lambda: client.get_function("shop", "none"), "FunctionNotFound", "none"))
    step("get_function_code", lambda: download(client.get_function_code("shop", "cart").data["url"]))
    step("list_functions", lambda: equal(names(client.list_functions("shop").data["functions"], "functionName"), ["cart"]))


def invoke():
    response = client.invoke_function("shop", "cart", payload="hello")
    answer = json.loads(response.data)
    equal([answer["event"], answer["stage"], answer["initialized"]], ["hello", "one", True])
    equal(answer["requestId"], response.headers["x-fc-request-id"])


def invoke_with_log():
    response = client.invoke_function("shop", "cart", payload="hello", headers={"x-fc-log-type": "Tail"})
    log = base64.b64decode(response.headers["x-fc-log-result"]).decode()
    assert "got hello" in log, log


def invoke_that_fails():
    try:
        client.invoke_function("shop", "cart", payload="fail")
    except fc2.FcError as failure:
        assert "it was asked to fail" in str(failure), failure
        return failure
    raise AssertionError("it was not raised")


def invocations():
    step("invoke_function", invoke)
    step("invoke_function with its log", invoke_with_log)
    step("invoke_function that fails", invoke_that_fails)
    step("invoke_function of none", lambda: refusal(lambda: client.invoke_function("shop", "none"), "FunctionNotFound", "none"))
    step("invoke_function of no version", lambda: refusal(
        lambda: client.invoke_function("shop", "cart", qualifier="99"), "VersionNotFound", "99"))


def update_function():
    changed = client.update_function("shop", "cart", codeZipFile=PACKAGE, environmentVariables={"STAGE": "two"}).data
    equal([changed["environmentVariables"]["STAGE"], changed["timeout"]], ["two", 30])


def stage_of(qualifier):
    return json.loads(client.invoke_function("shop", "cart", payload="", qualifier=qualifier).data)["stage"]


def versions():
    step("publish_version", lambda: equal(client.publish_version("shop", "first").data["versionId"], "1"))
    step("update_function", update_function)
    step("publish_version again", lambda: equal(client.publish_version("shop", "second").data["versionId"], "2"))
    step("list_versions", lambda: equal(names(client.list_versions("shop").data["versions"], "versionId"), ["2", "1"]))
    step("create_alias", lambda: client.create_alias("shop", "live", "1", "in use").data)
    step("invoke_function by alias", lambda: equal(stage_of("live"), "one"))
    step("update_alias", lambda: client.update_alias("shop", "live", "2", "x", {"1": 0.5}).data)
    step("invoke_function by weights", lambda: equal({stage_of("live") for _ in range(40)}, {"one", "two"}))
    step("get_alias", lambda: equal(client.get_alias("shop", "live").data["additionalVersionWeight"], {"1": 0.5}))
    step("get_alias of none", lambda: refusal(lambda: client.get_alias("shop", "none"), "AliasNotFound", "none"))
    step("list_aliases", lambda: equal(names(client.list_aliases("shop").data["aliases"], "aliasName"), ["live"]))


def triggers():
    config = {"authType": "anonymous", "methods": ["GET", "POST"]}
    changed = {"authType": "anonymous", "methods": ["GET"]}
    step("create_trigger", lambda: client.create_trigger("shop", "cart", "web", "http", config, None, None).data)
    step("create_trigger twice", lambda: refusal(
        lambda: client.create_trigger("shop", "cart", "web", "http", config, None, None), "TriggerAlreadyExists", "web"))
    step("update_trigger", lambda: client.update_trigger("shop", "cart", "web", changed).data)
    step("get_trigger", lambda: equal(client.get_trigger("shop", "cart", "web").data["triggerConfig"]["methods"], ["GET"]))
    step("list_triggers", lambda: equal(names(client.list_triggers("shop", "cart").data["triggers"], "triggerName"), ["web"]))
    step("delete_trigger", lambda: client.delete_trigger("shop", "cart", "web") and None)
    step("get_trigger of none", lambda: refusal(lambda: client.get_trigger("shop", "cart", "web"), "TriggerNotFound", "web"))


def submit(job, event, **more):
    headers = {"x-fc-invocation-type": "Async", "x-fc-stateful-async-invocation-id": job}
    headers.update({name.replace("_", "-"): value for name, value in more.items()})
    return client.invoke_function("shop", "cart", payload=event, headers=headers)


def submit_one():
    response = submit("job-1", "hello")
    equal([response.data, response.headers["x-fc-stateful-async-invocation-id"]], [b"", "job-1"])


def async_invocations():
    step("put_function_async_invoke_config", lambda: client.put_function_async_invoke_config(
        "shop", "LATEST", "cart", {"statefulInvocation": True, "maxAsyncRetryAttempts": 0}).data)
    step("get_function_async_invoke_config", lambda: equal(
        client.get_function_async_invoke_config("shop", "LATEST", "cart").data["statefulInvocation"], True))
    step("list_function_async_invoke_configs", lambda: equal(
        len(client.list_function_async_invoke_configs("shop", "cart").data["configs"]), 1))
    step("invoke_function asynchronously", submit_one)
    step("invoke_function with the same id", lambda: refusal(
        lambda: submit("job-1", "hello"), "StatefulAsyncInvocationAlreadyExists", "job-1"))
    step("invoke_function with a delay", lambda: submit("job-2", "hello", x_fc_async_delay="3600").headers["x-fc-request-id"])
    step("delete_function_async_invoke_config", lambda: client.delete_function_async_invoke_config("shop", "LATEST", "cart") and None)
    step("get_function_async_invoke_config of none", lambda: refusal(
        lambda: client.get_function_async_invoke_config("shop", "LATEST", "cart"), "AsyncConfigNotExists", "LATEST"))


def list_instances():
    stage_of("LATEST")
    found = client.list_instances("shop", "LATEST", "cart").data["instances"]
    equal({one["versionId"] for one in found}, {0})  # LATEST


def settings():
    step("put_provision_config", lambda: equal(client.put_provision_config("shop", "live", "cart", 1).data["target"], 1))
    step("get_provision_config", lambda: until(
        lambda: client.get_provision_config("shop", "live", "cart").data, lambda config: config["current"] == 1))
    step("list_provision_configs", lambda: equal(len(client.list_provision_configs("shop", "live").data["provisionConfigs"]), 1))
    step("put_provision_config to none", lambda: client.put_provision_config("shop", "live", "cart", 0).data)
    step("put_on_demand_config", lambda: client.put_on_demand_config("shop", "live", "cart", 3).data)
    step("get_on_demand_config", lambda: equal(client.get_on_demand_config("shop", "live", "cart").data["maximumInstanceCount"], 3))
    step("list_on_demand_config", lambda: equal(len(client.list_on_demand_config().data["configs"]), 1))
    step("delete_on_demand_config", lambda: client.delete_on_demand_config("shop", "live", "cart") and None)
    step("list_instances", list_instances)


def tags():
    step("tag_resource", lambda: client.tag_resource(ARN, {"team": "web"}).data)
    step("get_resource_tags", lambda: equal(client.get_resource_tags(ARN).data["tags"], {"team": "web"}))
    step("list_services by tag", lambda: equal(names(client.list_services(tags={"team": "web"}).data["services"], "serviceName"), ["shop"]))
    step("untag_resource", lambda: client.untag_resource(ARN, ["team"]).data)


def domains():
    def routes(path):
        return {"routes": [{"path": path, "serviceName": "shop", "functionName": "cart"}]}
    step("create_custom_domain", lambda: client.create_custom_domain("shop.example.com", protocol="HTTP", routeConfig=routes("/*")).data)
    step("update_custom_domain", lambda: client.update_custom_domain("shop.example.com", routeConfig=routes("/cart")).data)
    step("get_custom_domain", lambda: equal(client.get_custom_domain("shop.example.com").data["routeConfig"]["routes"][0]["path"], "/cart"))
    step("list_custom_domains", lambda: equal(len(client.list_custom_domains().data["customDomains"]), 1))
    step("delete_custom_domain", lambda: client.delete_custom_domain("shop.example.com") and None)


def accounts():
    step("get_account_settings", lambda: client.get_account_settings().data)
    step("list_reserved_capacities", lambda: client.list_reserved_capacities().data)


def removal():
    step("delete_service that is not empty", lambda: refusal(lambda: client.delete_service("shop"), "ServiceNotEmpty", "shop"))
    step("delete_alias", lambda: client.delete_alias("shop", "live") and None)
    step("delete_version", lambda: [client.delete_version("shop", version) for version in ("1", "2")] and None)
    step("delete_function", lambda: client.delete_function("shop", "cart") and None)
    step("delete_service", lambda: client.delete_service("shop") and None)
    step("list_services of nothing", lambda: equal(client.list_services().data["services"], []))


for part in (services, functions, invocations, versions, triggers, async_invocations, settings, tags, domains, accounts, removal):
    part()
finish("aliyun-fc2")
