// The life of every resource by @alicloud/fc-open20210406, which speaks 2021-04-06.
const FC = require('@alicloud/fc-open20210406');
const { Config } = require('@alicloud/openapi-client');
const { RuntimeOptions } = require('@alicloud/tea-util');
const { account, assert, code, download, endpoint, refused, step, until, upload, walk } = require('./suite');

const client = new FC.default(new Config({
  accessKeyId: 'ak', accessKeySecret: 'sk', endpoint: new URL(endpoint).host, protocol: 'HTTP', regionId: 'cn-hangzhou',
}));
const zip = () => new FC.Code({ zipFile: code.toString('base64') });
const arn = `acs:fc:cn-hangzhou:${account}:services/shop`;
const request = (operation, fields) => new FC[`${operation}Request`](fields || {});
const body = async (call) => (await call).body;
const status = async (call) => (await call).statusCode;
const names = (list, key) => list.map((one) => one[key]);

async function services() {
  await step('CreateService', async () => {
    const made = await body(client.createService(request('CreateService', { serviceName: 'shop', description: 'one', ossMountConfig: new FC.OSSMountConfig({ mountPoints: [] }) })));
    assert.deepEqual([made.serviceName, made.description], ['shop', 'one']);
  });
  await step('CreateService twice', () => refused(client.createService(request('CreateService', { serviceName: 'shop' })), 'ServiceAlreadyExists', /'shop'/));
  await step('GetService', async () => assert.equal((await body(client.getService('shop', request('GetService')))).internetAccess, true));
  await step('GetService of none', () => refused(client.getService('none', request('GetService')), 'ServiceNotFound', /'none'/));
  await step('UpdateService', async () => {
    const changed = await body(client.updateService('shop', request('UpdateService', { description: 'two', internetAccess: false })));
    assert.deepEqual([changed.description, changed.internetAccess], ['two', false]);
  });
  await step('ListServices by pages', async () => {
    await client.createService(request('CreateService', { serviceName: 'shop-2' }));
    const page = (nextToken) => body(client.listServices(request('ListServices', { prefix: 'shop', limit: 1, nextToken })));
    const first = await page();
    const second = await page(first.nextToken);
    assert.deepEqual(names([...first.services, ...second.services], 'serviceName'), ['shop', 'shop-2']);
    await client.deleteService('shop-2');
  });
}

async function functions() {
  await step('CreateFunction', async () => {
    const made = await body(client.createFunction('shop', request('CreateFunction', {
      functionName: 'cart', runtime: 'nodejs16', handler: 'index.handler', initializer: 'index.initialize',
      cpu: 0.5, memorySize: 512, diskSize: 512, timeout: 30, environmentVariables: { STAGE: 'one' }, code: zip(),
      instanceLifecycleConfig: new FC.InstanceLifecycleConfig({ preStop: new FC.LifecycleHook({ handler: 'index.initialize', timeout: 5 }) }),
      customDNS: new FC.CustomDNS({ nameServers: ['1.1.1.1'] }),
    })));
    assert.deepEqual([made.cpu, made.memorySize, made.codeSize, made.customDNS.nameServers], [0.5, 512, code.length, ['1.1.1.1']]);
  });
  await step('CreateFunction with too large a cpu', () => refused(client.createFunction('shop', request('CreateFunction', {
    functionName: 'bad', runtime: 'nodejs16', handler: 'index.handler', cpu: 32, memorySize: 512, code: zip() })), 'InvalidArgument', /CPU/));
  await step('GetFunction', async () => assert.equal((await body(client.getFunction('shop', 'cart', request('GetFunction', { qualifier: 'LATEST' })))).initializer, 'index.initialize'));
  await step('GetFunction of none', () => refused(client.getFunction('shop', 'none', request('GetFunction')), 'FunctionNotFound', /none/));
  await step('GetFunctionCode', async () => download((await body(client.getFunctionCode('shop', 'cart', request('GetFunctionCode')))).url));
  await step('ListFunctions', async () => assert.deepEqual(names((await body(client.listFunctions('shop', request('ListFunctions')))).functions, 'functionName'), ['cart']));
  await step('CreateFunction from a bucket', async () => {
    const answer = await fetch(`${endpoint}/2021-04-06/tempBucketToken`); // the client lacks this one
    const stored = new FC.Code(await upload(await answer.json()));
    const made = await body(client.createFunction('shop', request('CreateFunction', { functionName: 'stored', runtime: 'nodejs16', handler: 'index.handler', code: stored })));
    assert.equal(made.codeSize, code.length);
    await client.deleteFunction('shop', 'stored');
  });
}

// invoke calls a function and returns what came with the text of the answer.
async function invoke(event, headers = {}, qualifier = undefined, name = 'cart') {
  const { xFcInvocationType, xFcLogType, xFcStatefulAsyncInvocationId, ...commonHeaders } = headers;
  const answer = await client.invokeFunctionWithOptions('shop', name, request('InvokeFunction', { qualifier, body: Buffer.from(event) }),
    new FC.InvokeFunctionHeaders({ xFcInvocationType, xFcLogType, xFcStatefulAsyncInvocationId, commonHeaders }), new RuntimeOptions({}));
  return { headers: answer.headers, status: answer.statusCode, text: String(answer.body) };
}

async function invocations() {
  await step('InvokeFunction', async () => {
    const { headers, text } = await invoke('hello');
    const answer = JSON.parse(text);
    assert.deepEqual([answer.event, answer.stage, answer.initialized, answer.requestId], ['hello', 'one', true, headers['x-fc-request-id']]);
    return headers['x-fc-invocation-duration'];
  });
  await step('InvokeFunction with its log', async () => {
    const { headers } = await invoke('hello', { xFcLogType: 'Tail', xFcInvocationType: 'Sync' });
    assert.match(Buffer.from(headers['x-fc-log-result'], 'base64').toString(), /got hello/);
  });
  await step('InvokeFunction that fails', async () => {
    const { headers, text } = await invoke('fail');
    assert.equal(headers['x-fc-error-type'], 'UnhandledInvocationError');
    assert.match(text, /it was asked to fail/);
  });
  await step('InvokeFunction of none', () => refused(invoke('', {}, undefined, 'none'), 'FunctionNotFound', /none/));
  await step('InvokeFunction of no version', () => refused(invoke('', {}, '99'), 'VersionNotFound', /99/));
}

async function versions() {
  await step('PublishServiceVersion', async () => assert.equal((await body(client.publishServiceVersion('shop', request('PublishServiceVersion', { description: 'first' })))).versionId, '1'));
  await step('UpdateFunction', async () => {
    const changed = await body(client.updateFunction('shop', 'cart', request('UpdateFunction', { timeout: 9, environmentVariables: { STAGE: 'two' }, code: zip() })));
    assert.deepEqual([changed.timeout, changed.cpu, changed.environmentVariables.STAGE], [9, 0.5, 'two']);
  });
  await step('PublishServiceVersion again', async () => assert.equal((await body(client.publishServiceVersion('shop', request('PublishServiceVersion')))).versionId, '2'));
  await step('ListServiceVersions', async () => assert.deepEqual(names((await body(client.listServiceVersions('shop', request('ListServiceVersions')))).versions, 'versionId'), ['2', '1']));
  await step('CreateAlias', () => body(client.createAlias('shop', request('CreateAlias', { aliasName: 'live', versionId: '1', resolvePolicy: 'Random' }))));
  await step('UpdateAlias', async () => {
    const changed = await body(client.updateAlias('shop', 'live', request('UpdateAlias', { description: 'x', additionalVersionWeight: { 2: 0.1 } })));
    assert.deepEqual([changed.versionId, changed.description, changed.additionalVersionWeight['2']], ['1', 'x', 0.1]);
  });
  await step('UpdateAlias without weights', () => body(client.updateAlias('shop', 'live', request('UpdateAlias', { additionalVersionWeight: {} }))));
  await step('GetAlias', async () => assert.equal((await body(client.getAlias('shop', 'live'))).versionId, '1'));
  await step('GetAlias of none', () => refused(client.getAlias('shop', 'none'), 'AliasNotFound', /none/));
  await step('ListAliases', async () => assert.deepEqual(names((await body(client.listAliases('shop', request('ListAliases')))).aliases, 'aliasName'), ['live']));
  await step('InvokeFunction by alias', async () => {
    const { headers, text } = await invoke('hello', {}, 'live');
    assert.deepEqual([JSON.parse(text).stage, headers['x-fc-invocation-service-version']], ['one', '1']);
  });
  await step('UpdateAlias to choose by content', async () => {
    const policyItems = [new FC.PolicyItem({ type: 'Header', key: 'x-test-uid', operator: '=', value: '11111' })];
    const changed = await body(client.updateAlias('shop', 'live', request('UpdateAlias', {
      additionalVersionWeight: { 2: 1 }, resolvePolicy: 'Content', routePolicy: new FC.RoutePolicy({ condition: 'AND', policyItems }) })));
    assert.deepEqual([changed.resolvePolicy, changed.routePolicy.policyItems[0].key], ['Content', 'x-test-uid']);
    const version = async (headers) => (await invoke('hello', headers, 'live')).headers['x-fc-invocation-service-version'];
    assert.deepEqual([await version({ 'x-test-uid': '11111' }), await version({ 'x-test-uid': '2' }), await version({})], ['2', '1', '1']);
  });
  await step('UpdateAlias with a bad route', () => refused(client.updateAlias('shop', 'live', request('UpdateAlias', {
    routePolicy: new FC.RoutePolicy({ condition: 'XOR', policyItems: [] }) })), 'InvalidArgument', /Condition/));
  await step('UpdateAlias back', () => body(client.updateAlias('shop', 'live', request('UpdateAlias', { additionalVersionWeight: {}, resolvePolicy: 'Random' }))));
}

async function triggers() {
  const config = (...methods) => JSON.stringify({ authType: 'anonymous', methods });
  await step('CreateTrigger', () => body(client.createTrigger('shop', 'cart', request('CreateTrigger', { triggerName: 'web', triggerType: 'http', triggerConfig: config('GET', 'POST') }))));
  await step('UpdateTrigger', () => body(client.updateTrigger('shop', 'cart', 'web', request('UpdateTrigger', { description: 'x', triggerConfig: config('GET') }))));
  await step('GetTrigger', async () => {
    const shown = await body(client.getTrigger('shop', 'cart', 'web'));
    assert.deepEqual([shown.description, JSON.parse(shown.triggerConfig).methods], ['x', ['GET']]);
    assert.equal(new URL(shown.urlInternet).port, new URL(endpoint).port);
    return shown.urlInternet;
  });
  await step('ListTriggers', async () => assert.deepEqual(names((await body(client.listTriggers('shop', 'cart', request('ListTriggers')))).triggers, 'triggerName'), ['web']));
  await step('DeleteTrigger', async () => assert.equal(await status(client.deleteTrigger('shop', 'cart', 'web')), 204));
  await step('GetTrigger of none', () => refused(client.getTrigger('shop', 'cart', 'web'), 'TriggerNotFound', /web/));
}

const submit = (id, event, more) => invoke(event, { xFcInvocationType: 'Async', xFcStatefulAsyncInvocationId: id, ...more });
const task = (id) => body(client.getStatefulAsyncInvocation('shop', 'cart', id, request('GetStatefulAsyncInvocation')));
const stop = (id) => status(client.stopStatefulAsyncInvocation('shop', 'cart', id, request('StopStatefulAsyncInvocation')));

async function asyncInvocations() {
  const put = (qualifier) => client.putFunctionAsyncInvokeConfig('shop', 'cart', request('PutFunctionAsyncInvokeConfig', {
    qualifier, statefulInvocation: true, maxAsyncRetryAttempts: 0,
    destinationConfig: new FC.DestinationConfig({ onSuccess: new FC.Destination({ destination: `acs:mns:cn-hangzhou:${account}:/queues/done/messages` }) }) }));
  const which = (operation) => request(operation, { qualifier: 'live' });
  await step('PutFunctionAsyncInvokeConfig', () => body(put('live')));
  await step('GetFunctionAsyncInvokeConfig', async () => assert.match((await body(client.getFunctionAsyncInvokeConfig('shop', 'cart', which('GetFunctionAsyncInvokeConfig')))).destinationConfig.onSuccess.destination, /queues/));
  await step('ListFunctionAsyncInvokeConfigs', async () => assert.equal((await body(client.listFunctionAsyncInvokeConfigs('shop', 'cart', request('ListFunctionAsyncInvokeConfigs')))).configs.length, 1));
  await step('DeleteFunctionAsyncInvokeConfig', async () => assert.equal(await status(client.deleteFunctionAsyncInvokeConfig('shop', 'cart', which('DeleteFunctionAsyncInvokeConfig'))), 204));
  await step('GetFunctionAsyncInvokeConfig of none', () => refused(client.getFunctionAsyncInvokeConfig('shop', 'cart', which('GetFunctionAsyncInvokeConfig')), 'AsyncConfigNotExists', /live/));
  await step('PutFunctionAsyncInvokeConfig of LATEST', () => body(client.putFunctionAsyncInvokeConfig('shop', 'cart', request('PutFunctionAsyncInvokeConfig', { statefulInvocation: true, maxAsyncRetryAttempts: 0 }))));
  await step('ListStatefulAsyncInvocationFunctions', () => body(client.listStatefulAsyncInvocationFunctions(request('ListStatefulAsyncInvocationFunctions'))));
  await step('InvokeFunction asynchronously', async () => {
    const { headers, status, text } = await submit('job-1', 'hello');
    assert.deepEqual([status, text, headers['x-fc-stateful-async-invocation-id']], [202, '', 'job-1']);
  });
  await step('InvokeFunction with the same id', () => refused(submit('job-1', ''), 'StatefulAsyncInvocationAlreadyExists', /job-1/));
  await step('GetStatefulAsyncInvocation', async () => (await until(() => task('job-1'), (t) => t.status === 'Succeeded')).status);
  await step('a failing invocation', async () => {
    await submit('job-2', 'fail');
    await until(() => task('job-2'), (t) => t.status === 'Failed');
  });
  await step('a delayed invocation', async () => {
    await submit('job-3', 'hello', { 'x-fc-async-delay': '3600' });
    assert.equal((await task('job-3')).status, 'Enqueued');
  });
  await step('StopStatefulAsyncInvocation', async () => {
    await stop('job-3');
    await until(() => task('job-3'), (t) => t.status === 'Stopped');
  });
  await step('StopStatefulAsyncInvocation of an ended one', () => refused(stop('job-1'), 'InvalidArgument', /job-1/));
  await step('ListStatefulAsyncInvocations', async () => {
    const list = (fields) => body(client.listStatefulAsyncInvocations('shop', 'cart', request('ListStatefulAsyncInvocations', fields)));
    const found = await list({ includePayload: true, invocationIdPrefix: 'job', sortOrderByTime: 'asc' });
    assert.deepEqual(names(found.invocations, 'invocationId'), ['job-1', 'job-2', 'job-3']);
    assert.deepEqual(names((await list({ status: 'Failed' })).invocations, 'invocationId'), ['job-2']);
  });
}

async function settings() {
  const which = (operation) => request(operation, { qualifier: 'live' });
  await step('PutProvisionConfig', async () => {
    const action = new FC.ScheduledActions({ name: 'a', target: 2, scheduleExpression: 'cron(0 */30 * * * *)', startTime: '2030-01-01T00:00:00Z', endTime: '2031-01-01T00:00:00Z' });
    const put = await body(client.putProvisionConfig('shop', 'cart', request('PutProvisionConfig', { qualifier: 'live', target: 1, alwaysAllocateCPU: false, scheduledActions: [action] })));
    assert.deepEqual([put.target, put.alwaysAllocateCPU, put.scheduledActions[0].name], [1, false, 'a']);
  });
  await step('GetProvisionConfig', async () => (await until(() => body(client.getProvisionConfig('shop', 'cart', which('GetProvisionConfig'))), (p) => p.current === 1)).current);
  await step('ListProvisionConfigs', async () => assert.equal((await body(client.listProvisionConfigs(request('ListProvisionConfigs')))).provisionConfigs.length, 1));
  await step('PutProvisionConfig to none', () => body(client.putProvisionConfig('shop', 'cart', request('PutProvisionConfig', { qualifier: 'live', target: 0 }))));
  await step('PutFunctionOnDemandConfig', () => body(client.putFunctionOnDemandConfig('shop', 'cart', request('PutFunctionOnDemandConfig', { qualifier: 'live', maximumInstanceCount: 2 }))));
  await step('GetFunctionOnDemandConfig', async () => assert.equal((await body(client.getFunctionOnDemandConfig('shop', 'cart', which('GetFunctionOnDemandConfig')))).maximumInstanceCount, 2));
  await step('ListOnDemandConfigs', async () => assert.equal((await body(client.listOnDemandConfigs(request('ListOnDemandConfigs')))).configs.length, 1));
  await step('DeleteFunctionOnDemandConfig', async () => assert.equal(await status(client.deleteFunctionOnDemandConfig('shop', 'cart', which('DeleteFunctionOnDemandConfig'))), 204));
  await step('ListInstances', async () => {
    await invoke('hello');
    assert.ok((await body(client.listInstances('shop', 'cart', request('ListInstances', { limit: 5, instanceIds: [] })))).instances.length > 0);
  });
}

async function tags() {
  await step('TagResource', () => status(client.tagResource(request('TagResource', { resourceArn: arn, tags: { team: 'web' } }))));
  await step('GetResourceTags', async () => assert.deepEqual((await body(client.getResourceTags(request('GetResourceTags', { resourceArn: arn })))).tags, { team: 'web' }));
  await step('ListTaggedResources', async () => assert.equal((await body(client.listTaggedResources(request('ListTaggedResources')))).resources.length, 1));
  await step('UntagResource', () => status(client.untagResource(request('UntagResource', { resourceArn: arn, tagKeys: ['team'] }))));
}

async function layers() {
  await step('CreateLayerVersion', () => body(client.createLayerVersion('tools', request('CreateLayerVersion', { code: zip(), compatibleRuntime: ['nodejs16'] }))));
  const layer = await step('GetLayerVersion', () => body(client.getLayerVersion('tools', '1')));
  await step('the code of the layer', () => download(layer.code.location));
  await step('ListLayers', async () => assert.deepEqual(names((await body(client.listLayers(request('ListLayers')))).layers, 'layerName'), ['tools']));
  await step('ListLayerVersions', async () => assert.deepEqual(names((await body(client.listLayerVersions('tools', request('ListLayerVersions')))).layers, 'version'), [1]));
  await step('PutLayerACL', () => status(client.putLayerACL('tools', request('PutLayerACL', { public: true }))));
  await step('DeleteLayerVersion', async () => assert.equal(await status(client.deleteLayerVersion('tools', '1')), 204));
}

async function domains() {
  const routes = (path) => new FC.RouteConfig({ routes: [new FC.PathConfig({ path, serviceName: 'shop', functionName: 'cart' })] });
  await step('CreateCustomDomain', () => body(client.createCustomDomain(request('CreateCustomDomain', { domainName: 'shop.example.com', protocol: 'HTTP', routeConfig: routes('/*') }))));
  await step('UpdateCustomDomain', () => body(client.updateCustomDomain('shop.example.com', request('UpdateCustomDomain', { routeConfig: routes('/cart') }))));
  await step('GetCustomDomain', async () => assert.equal((await body(client.getCustomDomain('shop.example.com'))).routeConfig.routes[0].path, '/cart'));
  await step('ListCustomDomains', async () => assert.equal((await body(client.listCustomDomains(request('ListCustomDomains')))).customDomains.length, 1));
  await step('DeleteCustomDomain', async () => assert.equal(await status(client.deleteCustomDomain('shop.example.com')), 204));
}

async function surroundings() {
  const source = 'acs:dns:cn:1:zone/x';
  await step('CreateVpcBinding', () => status(client.createVpcBinding('shop', request('CreateVpcBinding', { vpcId: 'vpc-1' }))));
  await step('ListVpcBindings', async () => assert.deepEqual((await body(client.listVpcBindings('shop'))).vpcIds, ['vpc-1']));
  await step('DeleteVpcBinding', () => status(client.deleteVpcBinding('shop', 'vpc-1')));
  await step('RegisterEventSource', () => body(client.registerEventSource('shop', 'cart', request('RegisterEventSource', { sourceArn: source }))));
  await step('ListEventSources', async () => assert.equal((await body(client.listEventSources('shop', 'cart', request('ListEventSources')))).eventSources.length, 1));
  await step('DeregisterEventSource', () => status(client.deregisterEventSource('shop', 'cart', source, request('DeregisterEventSource'))));
  await step('GetAccountSettings', () => body(client.getAccountSettings()));
  await step('ListReservedCapacities', () => body(client.listReservedCapacities(request('ListReservedCapacities'))));
}

async function removal() {
  await step('DeleteService that is not empty', () => refused(client.deleteService('shop'), 'ServiceNotEmpty', /shop/));
  await step('DeleteAlias', async () => assert.equal(await status(client.deleteAlias('shop', 'live')), 204));
  await step('DeleteServiceVersion', async () => { await client.deleteServiceVersion('shop', '1'); await client.deleteServiceVersion('shop', '2'); });
  await step('DeleteFunction', async () => assert.equal(await status(client.deleteFunction('shop', 'cart')), 204));
  await step('DeleteService', async () => assert.equal(await status(client.deleteService('shop')), 204));
}

walk('@alicloud/fc-open20210406', services, functions, invocations, versions, triggers, asyncInvocations, settings, tags, layers, domains, surroundings, removal);
