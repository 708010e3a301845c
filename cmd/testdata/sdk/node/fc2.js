// The life of every resource by @alicloud/fc2, which speaks 2016-08-15.
const FC = require('@alicloud/fc2');
const { account, assert, code, download, endpoint, refused, step, until, upload, walk } = require('./suite');

const client = new FC(account, { accessKeyID: 'ak', accessKeySecret: 'sk', region: 'cn-hangzhou', endpoint });
const zipFile = code.toString('base64');
const arn = `acs:fc:cn-hangzhou:${account}:services/shop`;
const data = async (call) => (await call).data;
const names = (list, key) => list.map((one) => one[key]);

async function services() {
  await step('createService', async () => {
    const made = await data(client.createService('shop', { description: 'one', internetAccess: true, logConfig: { project: 'p', logstore: 'l' } }));
    assert.deepEqual([made.serviceName, made.description, made.logConfig.project], ['shop', 'one', 'p']);
  });
  await step('createService twice', () => refused(client.createService('shop'), 'ServiceAlreadyExists', /'shop'/));
  await step('getService of none', () => refused(client.getService('none'), 'ServiceNotFound', /'none'/));
  await step('updateService', async () => assert.equal((await data(client.updateService('shop', { description: 'two' }))).description, 'two'));
  await step('updateService with a stale etag', () => refused(client.updateService('shop', {}, { 'if-match': 'stale' }), 'PreconditionFailed', /changed/));
  await step('updateService with its etag', async () => {
    const { headers } = await client.getService('shop');
    await client.updateService('shop', { description: 'three' }, { 'if-match': headers.etag });
  });
  await step('listServices by pages', async () => {
    await client.createService('shop-2');
    const first = await data(client.listServices({ prefix: 'shop', limit: 1 }));
    const second = await data(client.listServices({ prefix: 'shop', limit: 1, nextToken: first.nextToken }));
    assert.deepEqual(names([...first.services, ...second.services], 'serviceName'), ['shop', 'shop-2']);
    assert.ok(!second.nextToken);
    await client.deleteService('shop-2');
  });
}

async function functions() {
  await step('createFunction', async () => {
    const made = await data(client.createFunction('shop', {
      functionName: 'cart', runtime: 'nodejs16', handler: 'index.handler', initializer: 'index.initialize',
      memorySize: 128, timeout: 30, environmentVariables: { STAGE: 'one' }, code: { zipFile },
    }));
    assert.deepEqual([made.functionName, made.memorySize, made.initializer, made.codeSize], ['cart', 128, 'index.initialize', code.length]);
  });
  await step('createFunction with a wrong runtime', () => refused(
    client.createFunction('shop', { functionName: 'bad', runtime: 'cobol', handler: 'index.handler', code: { zipFile } }), 'InvalidArgument', /cobol/));
  await step('getFunction', async () => assert.equal((await data(client.getFunction('shop', 'cart'))).environmentVariables.STAGE, 'one'));
  await step('getFunction of none', () => refused(client.getFunction('shop', 'none'), 'FunctionNotFound', /none/));
  await step('getFunctionCode', async () => download((await data(client.getFunctionCode('shop', 'cart'))).url));
  await step('listFunctions', async () => assert.deepEqual(names((await data(client.listFunctions('shop'))).functions, 'functionName'), ['cart']));
  await step('createFunction from a bucket', async () => {
    const stored = await upload(await data(client.getTempBucketToken()));
    const made = await data(client.createFunction('shop', { functionName: 'stored', runtime: 'nodejs16', handler: 'index.handler', code: stored }));
    assert.equal(made.codeSize, code.length);
    assert.match((await client.invokeFunction('shop', 'stored', 'hi')).data, /"event":"hi"/);
    await client.deleteFunction('shop', 'stored');
  });
}

async function invocations() {
  await step('invokeFunction', async () => {
    const { data, headers } = await client.invokeFunction('shop', 'cart', 'hello');
    const answer = JSON.parse(data);
    assert.deepEqual([answer.event, answer.stage, answer.initialized], ['hello', 'one', true]);
    assert.equal(answer.requestId, headers['x-fc-request-id']);
    assert.ok(Number(headers['x-fc-max-memory-usage']) > 0);
    return headers['x-fc-invocation-duration'];
  });
  await step('invokeFunction with its log', async () => {
    const { headers } = await client.invokeFunction('shop', 'cart', 'hello', { 'X-Fc-Log-Type': 'Tail' });
    assert.match(Buffer.from(headers['x-fc-log-result'], 'base64').toString(), /got hello/);
  });
  await step('invokeFunction that fails', async () => {
    const { data, headers } = await client.invokeFunction('shop', 'cart', 'fail');
    assert.equal(headers['x-fc-error-type'], 'UnhandledInvocationError');
    assert.match(JSON.stringify(data), /it was asked to fail/);
  });
  await step('invokeFunction of none', () => refused(client.invokeFunction('shop', 'none', ''), 'FunctionNotFound', /none/));
  await step('invokeFunction of no version', () => refused(client.invokeFunction('shop', 'cart', '', {}, '99'), 'VersionNotFound', /99/));
}

async function versions() {
  await step('publishVersion', async () => assert.equal((await data(client.publishVersion('shop', 'first'))).versionId, '1'));
  await step('updateFunction', async () => {
    const changed = await data(client.updateFunction('shop', 'cart', { environmentVariables: { STAGE: 'two' }, code: { zipFile } }));
    assert.deepEqual([changed.environmentVariables.STAGE, changed.timeout], ['two', 30]);
  });
  await step('publishVersion again', async () => assert.equal((await data(client.publishVersion('shop', 'second'))).versionId, '2'));
  await step('listVersions', async () => assert.deepEqual(names((await data(client.listVersions('shop'))).versions, 'versionId'), ['2', '1']));
  await step('getFunction of a version', async () => assert.equal((await data(client.getFunction('shop', 'cart', {}, '1'))).environmentVariables.STAGE, 'one'));
  await step('createAlias', () => data(client.createAlias('shop', 'live', '1', { description: 'in use' })));
  await step('createAlias of no version', () => refused(client.createAlias('shop', 'bad', '9'), 'VersionNotFound', /9/));
  await step('invokeFunction by alias', async () => assert.equal(JSON.parse((await client.invokeFunction('shop', 'cart', '', {}, 'live')).data).stage, 'one'));
  await step('updateAlias with weights', () => data(client.updateAlias('shop', 'live', '2', { additionalVersionWeight: { 1: 0.5 } })));
  await step('invokeFunction by weights', async () => {
    const seen = {};
    for (let i = 0; i < 40; i++) {
      const { headers } = await client.invokeFunction('shop', 'cart', '', {}, 'live');
      const version = headers['x-fc-invocation-service-version'];
      seen[version] = (seen[version] || 0) + 1;
    }
    assert.deepEqual(Object.keys(seen), ['1', '2']);
    return seen;
  });
  await step('getAlias', async () => assert.equal((await data(client.getAlias('shop', 'live'))).additionalVersionWeight['1'], 0.5));
  await step('listAliases', async () => assert.deepEqual(names((await data(client.listAliases('shop'))).aliases, 'aliasName'), ['live']));
}

async function triggers() {
  const triggerConfig = { authType: 'anonymous', methods: ['GET', 'POST'] };
  await step('createTrigger', () => data(client.createTrigger('shop', 'cart', { triggerName: 'web', triggerType: 'http', triggerConfig })));
  await step('createTrigger twice', () => refused(client.createTrigger('shop', 'cart', { triggerName: 'web', triggerType: 'http', triggerConfig }), 'TriggerAlreadyExists', /web/));
  await step('updateTrigger', () => data(client.updateTrigger('shop', 'cart', 'web', { triggerConfig: { authType: 'anonymous', methods: ['GET'] } })));
  await step('getTrigger', async () => assert.deepEqual((await data(client.getTrigger('shop', 'cart', 'web'))).triggerConfig.methods, ['GET']));
  await step('listTriggers', async () => assert.deepEqual(names((await data(client.listTriggers('shop', 'cart'))).triggers, 'triggerName'), ['web']));
  await step('deleteTrigger', () => data(client.deleteTrigger('shop', 'cart', 'web')));
  await step('getTrigger of none', () => refused(client.getTrigger('shop', 'cart', 'web'), 'TriggerNotFound', /web/));
}

const tasksPath = '/services/shop/functions/cart/stateful-async-invocations';
const submit = (id, event, more) => client.invokeFunction('shop', 'cart', event, {
  'X-Fc-Invocation-Type': 'Async', 'X-Fc-Stateful-Async-Invocation-Id': id, ...more });
const task = (id) => data(client.get(`${tasksPath}/${id}`));

async function asyncInvocations() {
  await step('putFunctionAsyncConfig', () => data(client.putFunctionAsyncConfig('shop', 'cart', 'LATEST', { statefulInvocation: true, maxAsyncRetryAttempts: 0 })));
  await step('getFunctionAsyncConfig', async () => assert.equal((await data(client.getFunctionAsyncConfig('shop', 'cart', 'LATEST'))).statefulInvocation, true));
  await step('listFunctionAsyncConfigs', async () => assert.equal((await data(client.listFunctionAsyncConfigs('shop', 'cart'))).configs.length, 1));
  await step('invokeFunction asynchronously', async () => {
    const { data, headers } = await submit('job-1', 'hello');
    assert.deepEqual([data, headers['x-fc-stateful-async-invocation-id']], ['', 'job-1']);
    assert.doesNotMatch(headers['content-type'] || '', /json/);
  });
  await step('invokeFunction with the same id', () => refused(submit('job-1', 'hello'), 'StatefulAsyncInvocationAlreadyExists', /job-1/));
  await step('get the invocation', async () => (await until(() => task('job-1'), (t) => t.status === 'Succeeded')).status);
  await step('a failing invocation', async () => {
    await submit('job-2', 'fail');
    return (await until(() => task('job-2'), (t) => t.status === 'Failed')).invocationErrorMessage;
  });
  await step('a delayed invocation', async () => {
    await submit('job-3', 'hello', { 'x-fc-async-delay': '3600' });
    assert.equal((await task('job-3')).status, 'Enqueued');
  });
  await step('stop it', async () => {
    await client.put(`${tasksPath}/job-3`);
    return (await until(() => task('job-3'), (t) => t.status === 'Stopped')).status;
  });
  await step('stop a running invocation', async () => {
    await submit('job-4', 'sleep');
    await until(() => task('job-4'), (t) => t.status === 'Running');
    await client.put(`${tasksPath}/job-4`);
    return (await until(() => task('job-4'), (t) => t.status === 'Stopped')).status;
  });
  await step('stop an ended invocation', () => refused(client.put(`${tasksPath}/job-1`), 'InvalidArgument', /job-1/));
  await step('get no invocation', () => refused(task('none'), 'StatefulAsyncInvocationNotFound', /none/));
  await step('list invocations by pages', async () => {
    const first = await data(client.get(tasksPath, { limit: 3, includePayload: true, sortOrderByTime: 'asc' }));
    const second = await data(client.get(tasksPath, { limit: 3, sortOrderByTime: 'asc', nextToken: first.nextToken }));
    assert.deepEqual(names([...first.invocations, ...second.invocations], 'invocationId'), ['job-1', 'job-2', 'job-3', 'job-4']);
    assert.ok(first.invocations[0].invocationPayload);
  });
  await step('deleteFunctionAsyncConfig', () => data(client.deleteFunctionAsyncConfig('shop', 'cart', 'LATEST')));
}

async function settings() {
  await step('putProvisionConfig', async () => assert.equal((await data(client.putProvisionConfig('shop', 'cart', 'live', { target: 1 }))).target, 1));
  await step('getProvisionConfig', () => data(client.getProvisionConfig('shop', 'cart', 'live')));
  await step('listProvisionConfigs', async () => assert.equal((await data(client.listProvisionConfigs({ serviceName: 'shop' }))).provisionConfigs.length, 1));
  await step('putProvisionConfig to none', () => data(client.putProvisionConfig('shop', 'cart', 'live', { target: 0 })));
  await step('putOnDemandConfig', () => data(client.putOnDemandConfig('shop', 'cart', 'live', { maximumInstanceCount: 3 })));
  await step('getOnDemandConfig', async () => assert.equal((await data(client.getOnDemandConfig('shop', 'cart', 'live'))).maximumInstanceCount, 3));
  await step('listOnDemandConfigs', async () => assert.equal((await data(client.listOnDemandConfigs())).configs.length, 1));
  await step('deleteOnDemandConfig', () => data(client.deleteOnDemandConfig('shop', 'cart', 'live')));
  await step('listInstances', async () => {
    await client.invokeFunction('shop', 'cart', '');
    assert.equal((await data(client.listInstances('shop', 'cart', 'LATEST'))).instances.length, 1);
  });
}

// run executes a command in an instance, gives it some input and returns all that came back.
async function run(instance, input, ...command) {
  const seen = { stdout: '', stderr: '' };
  await new Promise((resolve, reject) => {
    client.instanceExec('shop', 'cart', 'LATEST', instance, { command, tty: false, stderr: true }, {
      onClose: resolve, onError: reject,
      onStdout: (text) => { seen.stdout += text; },
      onStderr: (text) => { seen.stderr += text; },
    }).then(({ websocket, sendMessage }) => websocket.on('open', () => sendMessage(Buffer.from(`\0${input}`))), reject);
  });
  return seen;
}

async function exec() {
  const { instanceId } = (await data(client.listInstances('shop', 'cart', 'LATEST'))).instances[0];
  await step('instanceExec', async () => assert.deepEqual(
    await run(instanceId, 'cart\n', 'sh', '-c', 'read name; echo hello $name; echo bad >&2'), { stdout: 'hello cart\n', stderr: 'bad\n' }));
  await step('instanceExec in no instance', async () => {
    const error = await run('none', '', 'true').then(() => null, (error) => error);
    assert.match(String(error), /none/);
  });
}

async function tags() {
  await step('tagResource', () => data(client.tagResource(arn, { team: 'web' })));
  await step('getResourceTags', async () => assert.deepEqual((await data(client.getResourceTags({ resourceArn: arn }))).tags, { team: 'web' }));
  await step('listServices by tag', async () => {
    assert.deepEqual(names((await data(client.listServices({ tags: { team: 'web' } }))).services, 'serviceName'), ['shop']);
    assert.deepEqual((await data(client.listServices({ tags: { team: 'none' } }))).services, []);
  });
  await step('untagResource', () => data(client.untagResource(arn, ['team'])));
}

async function layers() {
  await step('publishLayerVersion', () => data(client.publishLayerVersion('tools', { code: { zipFile }, compatibleRuntime: ['nodejs16'], description: 'd' })));
  const layer = await step('getLayerVersion', () => data(client.getLayerVersion('tools', 1)));
  await step('the code of the layer', () => download(layer.code.location));
  await step('getLayerVersionByArn', async () => assert.equal((await data(client.getLayerVersionByArn(layer.arn))).layerName, 'tools'));
  await step('listLayers', async () => assert.deepEqual(names((await data(client.listLayers({}))).layers, 'layerName'), ['tools']));
  await step('listLayerVersions', async () => assert.deepEqual(names((await data(client.listLayerVersions('tools'))).layers, 'version'), [1]));
  await step('putLayerACL', () => data(client.putLayerACL('tools', { public: true })));
  await step('deleteLayerVersion', () => data(client.deleteLayerVersion('tools', 1)));
  await step('getLayerVersion of none', () => refused(client.getLayerVersion('tools', 1), 'LayerNotFound', /tools/));
}

async function domains() {
  const routes = (path) => ({ routeConfig: { routes: [{ path, serviceName: 'shop', functionName: 'cart' }] } });
  await step('createCustomDomain', () => data(client.createCustomDomain('shop.example.com', { protocol: 'HTTP', ...routes('/*') })));
  await step('updateCustomDomain', () => data(client.updateCustomDomain('shop.example.com', routes('/cart'))));
  await step('getCustomDomain', async () => assert.equal((await data(client.getCustomDomain('shop.example.com'))).routeConfig.routes[0].path, '/cart'));
  await step('listCustomDomains', async () => assert.deepEqual(names((await data(client.listCustomDomains({}))).customDomains, 'domainName'), ['shop.example.com']));
  await step('deleteCustomDomain', () => data(client.deleteCustomDomain('shop.example.com')));
  await step('getCustomDomain of none', () => refused(client.getCustomDomain('shop.example.com'), 'DomainNameNotFound', /shop.example.com/));
}

async function accounts() {
  await step('listReservedCapacities', () => data(client.listReservedCapacities()));
  await step('getAccountSettings', () => data(client.getAccountSettings()));
  await step('getTempBucketToken', async () => assert.ok((await data(client.getTempBucketToken())).ossBucket));
  await step('getTempCodeBucketPermission', () => data(client.getTempCodeBucketPermission('shop', 'cart', 'e1')));
  await step('getAccountConfigs', () => data(client.getAccountConfigs({ config: ['CodeSizeLimit'] })));
}

async function removal() {
  await step('deleteService that is not empty', () => refused(client.deleteService('shop'), 'ServiceNotEmpty', /shop/));
  await step('deleteVersion in use', () => refused(client.deleteVersion('shop', '1'), 'VersionInUse', /alias/));
  await step('deleteAlias', () => data(client.deleteAlias('shop', 'live')));
  await step('deleteVersion', async () => { await client.deleteVersion('shop', '1'); await client.deleteVersion('shop', '2'); });
  await step('deleteFunction', () => data(client.deleteFunction('shop', 'cart')));
  await step('deleteService', () => data(client.deleteService('shop')));
  await step('listServices of nothing', async () => assert.deepEqual((await data(client.listServices({}))).services, []));
}

walk('@alicloud/fc2', services, functions, invocations, versions, triggers, asyncInvocations, settings, exec, tags, layers, domains, accounts, removal);
