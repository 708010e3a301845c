// The life of every resource by @alicloud/fc20230330, which speaks 2023-03-30.
const { Readable } = require('node:stream');
const FC = require('@alicloud/fc20230330');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { RuntimeOptions } = require('@darabonba/typescript');
const { account, assert, code, download, endpoint, refused, step, until, upload, walk } = require('./suite');

const client = new FC.default(new $OpenApiUtil.Config({
  accessKeyId: 'ak', accessKeySecret: 'sk', endpoint: new URL(endpoint).host, protocol: 'HTTP', regionId: 'cn-hangzhou',
}));
const zip = () => new FC.InputCodeLocation({ zipFile: code.toString('base64') });
const arn = `acs:fc:cn-hangzhou:${account}:functions/cart`;

// call runs an operation whose parameters are query fields; input runs one with a body of the named type.
const call = (operation, fields, ...path) => {
  const Request = FC[`${operation}Request`];
  const method = operation[0].toLowerCase() + operation.slice(1);
  return client[method](...path, ...(Request ? [new Request(fields || {})] : []));
};
const input = (operation, type, body, path = [], query = {}) => call(operation, { ...query, body: new FC[type](body) }, ...path);
const body = async (call) => (await call).body;
const status = async (call) => (await call).statusCode;
const names = (list, key) => list.map((one) => one[key]);

const create = (fields) => body(input('CreateFunction', 'CreateFunctionInput', { runtime: 'nodejs16', handler: 'index.handler', code: zip(), ...fields }));

async function functions() {
  await step('CreateFunction', async () => {
    const made = await create({
      functionName: 'cart', memorySize: 512, cpu: 0.5, diskSize: 512, timeout: 30, environmentVariables: { STAGE: 'one' },
      tags: [new FC.Tag({ key: 'team', value: 'web' })], internetAccess: true, idleTimeout: 60,
      instanceLifecycleConfig: new FC.InstanceLifecycleConfig({ initializer: new FC.LifecycleHook({ handler: 'index.initialize', timeout: 5 }) }),
    });
    assert.deepEqual([made.functionArn, made.cpu, made.codeSize, made.state], [arn, 0.5, code.length, 'Active']);
  });
  await step('CreateFunction twice', () => refused(create({ functionName: 'cart' }), 'FunctionAlreadyExists', /cart/));
  await step('CreateFunction with too little memory for its cpu', () => refused(create({ functionName: 'bad', cpu: 4, memorySize: 512 }), 'InvalidArgument', /CPU/));
  await step('GetFunction', async () => assert.equal((await body(call('GetFunction', {}, 'cart'))).environmentVariables.STAGE, 'one'));
  await step('GetFunction of none', () => refused(call('GetFunction', {}, 'none'), 'FunctionNotFound', /none/));
  await step('GetFunctionCode', async () => {
    const { url, checksum } = await body(call('GetFunctionCode', {}, 'cart'));
    await download(url);
    return checksum;
  });
  await step('ListFunctions by pages', async () => {
    await create({ functionName: 'cart-2' });
    const first = await body(call('ListFunctions', { prefix: 'cart', limit: 1 }));
    const second = await body(call('ListFunctions', { prefix: 'cart', limit: 1, nextToken: first.nextToken }));
    assert.deepEqual(names([...first.functions, ...second.functions], 'functionName'), ['cart', 'cart-2']);
    assert.equal(await status(call('DeleteFunction', {}, 'cart-2')), 204);
  });
  await step('ListFunctions by tag', async () => {
    const found = async (value) => (await body(call('ListFunctions', { tags: [new FC.Tag({ key: 'team', value })] }))).functions.length;
    assert.deepEqual([await found('web'), await found('none')], [1, 0]);
  });
  await step('CreateFunction from a bucket', async () => {
    const answer = await fetch(`${endpoint}/2023-03-30/tempBucketToken`); // the client lacks this one
    const made = await create({ functionName: 'stored', code: new FC.InputCodeLocation(await upload(await answer.json())) });
    assert.equal(made.codeSize, code.length);
    assert.equal(JSON.parse((await invoke('hi', {}, undefined, 'stored')).text).event, 'hi');
    await call('DeleteFunction', {}, 'stored');
  });
}

// invoke calls a function and returns what came with the text of the answer.
async function invoke(event, headers = {}, qualifier = undefined, name = 'cart') {
  const { xFcInvocationType, xFcLogType, xFcAsyncTaskId, ...commonHeaders } = headers;
  const answer = await client.invokeFunctionWithOptions(name,
    new FC.InvokeFunctionRequest({ qualifier, body: Readable.from([Buffer.from(event)]) }),
    new FC.InvokeFunctionHeaders({ xFcInvocationType, xFcLogType, xFcAsyncTaskId, commonHeaders }), new RuntimeOptions({}));
  const chunks = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return { headers: answer.headers, status: answer.statusCode, text: Buffer.concat(chunks).toString() };
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
  await step('DisableFunctionInvocation', () => status(call('DisableFunctionInvocation', { reason: 'maintenance', abortOngoingRequest: true }, 'cart')));
  await step('InvokeFunction that is disabled', async () => {
    const error = await invoke('hello').then(() => null, (error) => error);
    assert.match(String(error && error.message), /maintenance/);
    return error.code;
  });
  await step('EnableFunctionInvocation', async () => {
    await call('EnableFunctionInvocation', {}, 'cart');
    await invoke('hello');
  });
}

async function versions() {
  const publish = (description) => body(input('PublishFunctionVersion', 'PublishVersionInput', { description }, ['cart']));
  const alias = (operation, type, path, fields) => body(input(operation, type, fields, path));
  await step('PublishFunctionVersion', async () => assert.equal((await publish('first')).versionId, '1'));
  await step('UpdateFunction', async () => {
    const changed = await body(input('UpdateFunction', 'UpdateFunctionInput', { timeout: 9, environmentVariables: { STAGE: 'two' }, code: zip() }, ['cart']));
    assert.deepEqual([changed.timeout, changed.cpu, changed.environmentVariables.STAGE], [9, 0.5, 'two']);
  });
  await step('PublishFunctionVersion again', async () => assert.equal((await publish('second')).versionId, '2'));
  await step('ListFunctionVersions', async () => {
    const list = async (direction) => names((await body(call('ListFunctionVersions', { direction }, 'cart'))).versions, 'versionId');
    assert.deepEqual([await list('BACKWARD'), await list('FORWARD')], [['2', '1'], ['1', '2']]);
  });
  await step('CreateAlias', () => alias('CreateAlias', 'CreateAliasInput', ['cart'], { aliasName: 'live', versionId: '1' }));
  await step('CreateAlias of no version', () => refused(alias('CreateAlias', 'CreateAliasInput', ['cart'], { aliasName: 'bad', versionId: '9' }), 'VersionNotFound', /9/));
  await step('UpdateAlias', async () => {
    const changed = await alias('UpdateAlias', 'UpdateAliasInput', ['cart', 'live'], { description: 'x', additionalVersionWeight: { 2: 0.5 } });
    assert.deepEqual([changed.versionId, changed.description, changed.additionalVersionWeight['2']], ['1', 'x', 0.5]);
  });
  await step('InvokeFunction by weights', async () => {
    const seen = {};
    for (let i = 0; i < 40; i++) {
      const { stage } = JSON.parse((await invoke('', {}, 'live')).text);
      seen[stage] = (seen[stage] || 0) + 1;
    }
    assert.equal(Object.keys(seen).length, 2);
    return seen;
  });
  await step('GetAlias', async () => assert.equal((await body(call('GetAlias', {}, 'cart', 'live'))).versionId, '1'));
  await step('ListAliases', async () => assert.deepEqual(names((await body(call('ListAliases', {}, 'cart'))).aliases, 'aliasName'), ['live']));
}

async function triggers() {
  const config = (...methods) => JSON.stringify({ authType: 'anonymous', methods });
  await step('CreateTrigger', async () => {
    const made = await body(input('CreateTrigger', 'CreateTriggerInput', { triggerName: 'web', triggerType: 'http', triggerConfig: config('GET', 'POST') }, ['cart']));
    assert.ok(made.httpTrigger.urlInternet);
    return made.httpTrigger.urlInternet;
  });
  await step('UpdateTrigger', () => body(input('UpdateTrigger', 'UpdateTriggerInput', { description: 'x', triggerConfig: config('GET') }, ['cart', 'web'])));
  await step('GetTrigger', async () => {
    const shown = await body(call('GetTrigger', {}, 'cart', 'web'));
    assert.deepEqual([shown.description, JSON.parse(shown.triggerConfig).methods], ['x', ['GET']]);
  });
  await step('ListTriggers', async () => assert.deepEqual(names((await body(call('ListTriggers', {}, 'cart'))).triggers, 'triggerName'), ['web']));
  await step('DeleteTrigger', async () => assert.equal(await status(call('DeleteTrigger', {}, 'cart', 'web')), 204));
  await step('GetTrigger of none', () => refused(call('GetTrigger', {}, 'cart', 'web'), 'TriggerNotFound', /web/));
}

const submit = (id, event, more) => invoke(event, { xFcInvocationType: 'Async', xFcAsyncTaskId: id, ...more });
const task = (id) => body(call('GetAsyncTask', {}, 'cart', id));
const stop = (id) => status(call('StopAsyncTask', {}, 'cart', id));

async function asyncInvocations() {
  const put = (fields) => body(input('PutAsyncInvokeConfig', 'PutAsyncInvokeConfigInput', fields, ['cart']));
  await step('PutAsyncInvokeConfig', async () => {
    const destination = `acs:mns:cn-hangzhou:${account}:/queues/done/messages`;
    const shown = await put({ asyncTask: true, maxAsyncRetryAttempts: 1, destinationConfig: new FC.DestinationConfig({ onFailure: new FC.Destination({ destination }) }) });
    assert.deepEqual([shown.asyncTask, shown.destinationConfig.onFailure.destination], [true, destination]);
  });
  await step('ListAsyncInvokeConfigs', async () => assert.equal((await body(call('ListAsyncInvokeConfigs', {}))).configs.length, 1));
  await step('DeleteAsyncInvokeConfig', async () => assert.equal(await status(call('DeleteAsyncInvokeConfig', {}, 'cart')), 204));
  await step('GetAsyncInvokeConfig of none', () => refused(call('GetAsyncInvokeConfig', {}, 'cart'), 'AsyncConfigNotExists', /cart/));
  await step('PutAsyncInvokeConfig again', () => put({ asyncTask: true, maxAsyncRetryAttempts: 0 }));
  await step('GetAsyncInvokeConfig', async () => assert.equal((await body(call('GetAsyncInvokeConfig', {}, 'cart'))).maxAsyncRetryAttempts, 0));
  await step('InvokeFunction asynchronously', async () => {
    const { headers, status, text } = await submit('job-1', 'hello');
    assert.deepEqual([status, text, headers['x-fc-async-task-id']], [202, '', 'job-1']);
  });
  await step('InvokeFunction with the same id', () => refused(submit('job-1', ''), 'StatefulAsyncInvocationAlreadyExists', /job-1/));
  await step('GetAsyncTask', async () => (await until(() => task('job-1'), (t) => t.status === 'Succeeded')).returnPayload);
  await step('GetAsyncTask of none', () => refused(task('none'), 'AsyncTaskNotFound', /none/));
  await step('a failing task', async () => {
    await submit('job-2', 'fail');
    return (await until(() => task('job-2'), (t) => t.status === 'Failed')).taskErrorMessage;
  });
  await step('a delayed task', async () => {
    await submit('job-3', 'hello', { 'x-fc-async-delay': '3600' });
    assert.equal((await task('job-3')).status, 'Enqueued');
  });
  await step('StopAsyncTask', async () => {
    await stop('job-3');
    await until(() => task('job-3'), (t) => t.status === 'Stopped');
  });
  await step('StopAsyncTask of a running one', async () => {
    await submit('job-4', 'sleep');
    await until(() => task('job-4'), (t) => t.status === 'Running');
    await stop('job-4');
    await until(() => task('job-4'), (t) => t.status === 'Stopped');
  });
  await step('StopAsyncTask of an ended one', () => refused(stop('job-1'), 'InvalidArgument', /job-1/));
  await step('ListAsyncTasks by pages', async () => {
    const list = (fields) => body(call('ListAsyncTasks', { sortOrderByTime: 'asc', ...fields }, 'cart'));
    const first = await list({ limit: 3, prefix: 'job', includePayload: true });
    const second = await list({ limit: 3, prefix: 'job', nextToken: first.nextToken });
    assert.deepEqual(names([...first.tasks, ...second.tasks], 'taskId'), ['job-1', 'job-2', 'job-3', 'job-4']);
    assert.deepEqual(names((await list({ status: 'Failed' })).tasks, 'taskId'), ['job-2']);
  });
}

async function settings() {
  const live = { qualifier: 'live' };
  await step('PutProvisionConfig', async () => {
    const action = new FC.ScheduledAction({ name: 'a', target: 2, scheduleExpression: 'cron(0 */30 * * * *)', startTime: '2030-01-01T00:00:00Z', endTime: '2031-01-01T00:00:00Z' });
    const put = await body(input('PutProvisionConfig', 'PutProvisionConfigInput', { defaultTarget: 1, alwaysAllocateCPU: false, scheduledActions: [action] }, ['cart'], live));
    assert.deepEqual([put.defaultTarget, put.alwaysAllocateCPU, put.scheduledActions[0].name], [1, false, 'a']);
  });
  await step('GetProvisionConfig', async () => (await until(() => body(call('GetProvisionConfig', live, 'cart')), (p) => p.current === 1)).current);
  await step('ListProvisionConfigs', async () => assert.equal((await body(call('ListProvisionConfigs', {}))).provisionConfigs.length, 1));
  await step('DeleteProvisionConfig', async () => assert.equal(await status(call('DeleteProvisionConfig', live, 'cart')), 204));
  await step('PutScalingConfig', async () => assert.equal((await body(input('PutScalingConfig', 'PutScalingConfigInput', { minInstances: 1 }, ['cart'], { qualifier: 'LATEST' }))).minInstances, 1));
  await step('GetScalingConfig', () => body(call('GetScalingConfig', { qualifier: 'LATEST' }, 'cart')));
  await step('ListScalingConfigs', async () => assert.equal((await body(call('ListScalingConfigs', {}))).scalingConfigs.length, 1));
  await step('DeleteScalingConfig', async () => assert.equal(await status(call('DeleteScalingConfig', { qualifier: 'LATEST' }, 'cart')), 204));
  await step('PutConcurrencyConfig', async () => assert.equal((await body(input('PutConcurrencyConfig', 'PutConcurrencyInput', { reservedConcurrency: 3 }, ['cart']))).reservedConcurrency, 3));
  await step('GetConcurrencyConfig', async () => assert.equal((await body(call('GetConcurrencyConfig', {}, 'cart'))).reservedConcurrency, 3));
  await step('ListConcurrencyConfigs', async () => assert.equal((await body(call('ListConcurrencyConfigs', {}))).configs.length, 1));
  await step('DeleteConcurrencyConfig', async () => assert.equal(await status(call('DeleteConcurrencyConfig', {}, 'cart')), 204));
  await step('ListInstances', async () => {
    await invoke('hello');
    const { instances } = await body(call('ListInstances', { qualifier: 'LATEST', limit: '5' }, 'cart'));
    assert.equal(instances.length, 1);
    return instances[0];
  });
}

async function sessions() {
  await step('CreateSession', async () => {
    await input('UpdateFunction', 'UpdateFunctionInput', { sessionAffinity: 'HEADER_FIELD', sessionAffinityConfig: '{"affinityHeaderFieldName":"x-session"}' }, ['cart']);
    const made = await body(input('CreateSession', 'CreateSessionInput', { sessionId: 's-1', sessionTTLInSeconds: 600 }, ['cart']));
    assert.deepEqual([made.sessionId, made.sessionStatus], ['s-1', 'Active']);
  });
  await step('GetSession', async () => assert.equal((await body(call('GetSession', {}, 'cart', 's-1'))).sessionTTLInSeconds, 600));
  await step('UpdateSession', async () => assert.equal((await body(input('UpdateSession', 'UpdateSessionInput', { sessionTTLInSeconds: 900 }, ['cart', 's-1']))).sessionTTLInSeconds, 900));
  await step('ListSessions', async () => assert.deepEqual(names((await body(call('ListSessions', {}, 'cart'))).sessions, 'sessionId'), ['s-1']));
  await step('PauseSession', () => body(call('PauseSession', {}, 'cart', 's-1')));
  await step('ResumeSession', () => body(call('ResumeSession', {}, 'cart', 's-1')));
  await step('DeleteSession', async () => assert.equal(await status(call('DeleteSession', {}, 'cart', 's-1')), 204));
}

async function tags() {
  const resource = { resourceType: 'ALIYUN::FC::FUNCTION', resourceId: [arn] };
  await step('TagResources', () => status(input('TagResources', 'TagResourcesInput', { ...resource, tag: [new FC.Tag({ key: 'tier', value: 'one' })] })));
  await step('ListTagResources', async () => assert.deepEqual(names((await body(call('ListTagResources', resource))).tagResources, 'tagKey').sort(), ['team', 'tier']));
  await step('UntagResources', () => status(call('UntagResources', { ...resource, all: true })));
  await step('ListTagResources of none', async () => assert.deepEqual((await body(call('ListTagResources', resource))).tagResources, []));
}

async function layers() {
  await step('CreateLayerVersion', () => body(input('CreateLayerVersion', 'CreateLayerVersionInput', { code: zip(), compatibleRuntime: ['nodejs16'] }, ['tools'])));
  const layer = await step('GetLayerVersion', () => body(call('GetLayerVersion', {}, 'tools', '1')));
  await step('the code of the layer', () => download(layer.code.location));
  await step('GetLayerVersionByArn', async () => assert.equal((await body(call('GetLayerVersionByArn', {}, layer.layerVersionArn))).layerName, 'tools'));
  await step('ListLayers', async () => assert.deepEqual(names((await body(call('ListLayers', {}))).layers, 'layerName'), ['tools']));
  await step('ListLayerVersions', async () => assert.deepEqual(names((await body(call('ListLayerVersions', {}, 'tools'))).layers, 'version'), [1]));
  await step('PutLayerACL', () => status(call('PutLayerACL', { public: 'true' }, 'tools')));
  await step('DeleteLayerVersion', async () => assert.equal(await status(call('DeleteLayerVersion', {}, 'tools', '1')), 204));
}

async function domains() {
  const routeConfig = (path) => new FC.RouteConfig({ routes: [new FC.PathConfig({ path, functionName: 'cart' })] });
  await step('CreateCustomDomain', () => body(input('CreateCustomDomain', 'CreateCustomDomainInput', { domainName: 'shop.example.com', protocol: 'HTTP', routeConfig: routeConfig('/*') })));
  await step('UpdateCustomDomain', () => body(input('UpdateCustomDomain', 'UpdateCustomDomainInput', { routeConfig: routeConfig('/cart') }, ['shop.example.com'])));
  await step('GetCustomDomain', async () => assert.equal((await body(call('GetCustomDomain', {}, 'shop.example.com'))).routeConfig.routes[0].path, '/cart'));
  await step('ListCustomDomains', async () => assert.equal((await body(call('ListCustomDomains', {}))).customDomains.length, 1));
  await step('DeleteCustomDomain', async () => assert.equal(await status(call('DeleteCustomDomain', {}, 'shop.example.com')), 204));
  await step('GetCustomDomain of none', () => refused(call('GetCustomDomain', {}, 'shop.example.com'), 'DomainNameNotFound', /shop.example.com/));
}

async function surroundings() {
  await step('CreateVpcBinding', () => status(input('CreateVpcBinding', 'CreateVpcBindingInput', { vpcId: 'vpc-1' }, ['cart'])));
  await step('ListVpcBindings', async () => assert.deepEqual((await body(call('ListVpcBindings', {}, 'cart'))).vpcIds, ['vpc-1']));
  await step('DeleteVpcBinding', () => status(call('DeleteVpcBinding', {}, 'cart', 'vpc-1')));
  await step('ChangeResourceGroup', () => body(input('ChangeResourceGroup', 'ChangeResourceGroupInput', { resourceType: 'function', resourceId: arn, newResourceGroupId: 'rg-1' })));
  await step('DescribeRegions', async () => assert.ok((await body(call('DescribeRegions', {}))).regions.region.length > 0));
}

async function removal() {
  await step('DeleteFunctionVersion in use', () => refused(call('DeleteFunctionVersion', {}, 'cart', '1'), 'VersionInUse', /alias/));
  await step('DeleteAlias', async () => assert.equal(await status(call('DeleteAlias', {}, 'cart', 'live')), 204));
  await step('DeleteFunctionVersion', async () => assert.equal(await status(call('DeleteFunctionVersion', {}, 'cart', '1')), 204));
  await step('DeleteFunction', async () => assert.equal(await status(call('DeleteFunction', {}, 'cart')), 204));
  await step('ListFunctions of nothing', async () => assert.deepEqual((await body(call('ListFunctions', {}))).functions, []));
}

walk('@alicloud/fc20230330', functions, invocations, versions, triggers, asyncInvocations, settings, sessions, tags, layers, domains, surroundings, removal);
