'use strict';
let initialized = 0;

const actions = {
  echo: (event) => event,
  who: (event, asked, context) => `${asked.id} ${context.requestId}`,
  facts: (event, asked, { requestId, credentials: c, function: f, service: s, region, accountId, retryCount }) => ({
    requestId, function: f.name, handler: f.handler, memory: String(f.memory), timeout: String(f.timeout), region, account: accountId,
    retryCount: String(retryCount), service: s.name, logProject: s.logProject, logStore: s.logStore, qualifier: s.qualifier,
    version: s.versionId, keys: [c.accessKeyId, c.accessKeySecret, c.securityToken], cwd: process.cwd(),
  }),
  env: () => Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(_?FC_|ALIBABA_CLOUD_|accessKey|securityToken|GREETING)/.test(name))),
  ready: () => (initialized === 1 ? 'yes' : `no: ${initialized}`),
  log: () => {
    process.stdout.write('one line\n');
    process.stderr.write('an error line\n');
    console.info('a record');
    process.stdout.write('no line end');
    return 'ok';
  },
  much: () => {
    for (let n = 0; n < 200; n++) process.stdout.write('x'.repeat(99) + '\n');
    return 'ok';
  },
  throw: () => { throw new TypeError('thrown on purpose'); },
  exit: () => process.exit(3),
  sleep: () => new Promise((done) => setTimeout(done, 60000)),
  hog: () => {
    const kept = [];
    for (;;) kept.push(Buffer.alloc(8 << 20, 'x'));
  },
  http: (event, asked) => {
    switch (asked.rawPath) {
      case '/throw': throw new TypeError('thrown on purpose');
      case '/bare': return 'bare';
      case '/bytes':
        return {
          statusCode: 200, headers: { 'Content-Type': 'image/png' }, isBase64Encoded: true,
          body: Buffer.from(Array.from({ length: 256 }, (_, n) => n)).toString('base64'),
        };
      default: return { statusCode: 201, headers: { 'X-Conform': 'yes', 'Content-Type': 'text/plain' }, body: event.toString() };
    }
  },
};

function answer(event, context) {
  let asked;
  try {
    asked = JSON.parse(event.toString());
  } catch (error) {
    return event;
  }
  if (asked === null || typeof asked !== 'object') return event;
  return actions['do' in asked ? asked.do : 'http'](event, asked, context);
}

const initialize = () => {
  initialized++;
  process.stdout.write('initialize ran\n');
};
const preStop = () => process.stdout.write('preStop ran\n');

// Node.js 18 and later.
exports.handler = async (event, context) => answer(event, context);
exports.initialize = async () => initialize();
exports.preStop = async () => preStop();

// Before that.
exports.classic = (event, context, callback) => {
  const result = answer(event, context);
  if (result instanceof Promise) result.then((value) => callback(null, value), callback);
  else callback(null, result);
};
exports.classicInitialize = (context, callback) => {
  initialize();
  callback();
};
exports.classicPreStop = (context, callback) => {
  preStop();
  callback();
};
