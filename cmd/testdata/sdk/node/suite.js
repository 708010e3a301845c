// What the walks share: steps that are printed one by one, refusals that are expected, the code
// package to deploy and the upload of one to a bucket.
const assert = require('node:assert/strict');
const fs = require('node:fs');

const [endpoint, packageFile] = process.argv.slice(2);
const code = fs.readFileSync(packageFile);
const account = '123456789'; // the emulator's, unless it is told another

let passed = 0;

// step runs one operation, prints its name and result and ends the walk if it fails.
async function step(name, operation) {
  let result;
  try {
    result = await operation();
  } catch (error) {
    console.log(`FAILED  ${name}: ${error.code || ''} ${error.stack}`);
    process.exit(1);
  }
  passed++;
  const shown = result === undefined ? '' : String(JSON.stringify(result)).slice(0, 160);
  console.log(`ok  ${name}  ${shown}`);
  return result;
}

// refused expects a call to fail with a code and a message.
async function refused(call, code, message) {
  const error = await call.then(() => null, (error) => error);
  assert.ok(error, `it was not refused with ${code}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return `${code}: ${error.message}`;
}

// until repeats a question until its answer holds.
async function until(question, holds) {
  const deadline = Date.now() + 10000;
  for (;;) {
    const answer = await question();
    if (holds(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`it never came: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// upload puts the code package where a temporary bucket token says, as deployment tools do, and
// returns what names it in a function.
async function upload(token) {
  const OSS = require('ali-oss');
  const given = token.credentials;
  const key = { accessKeyId: given.AccessKeyId, accessKeySecret: given.AccessKeySecret, stsToken: given.SecurityToken };
  const bucket = new OSS({
    endpoint, bucket: token.ossBucket, region: token.ossRegion, secure: false, ...key,
    refreshSTSToken: async () => key,
  });
  const name = `${account}/${token.objectName}`;
  await bucket.put(name, code);
  const { content } = await bucket.get(name);
  assert.deepEqual(content, code);
  return { ossBucketName: token.ossBucket, ossObjectName: name };
}

// download fetches the package that a code location names and compares it with what was deployed.
async function download(location) {
  const response = await fetch(location);
  assert.equal(response.status, 200);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), code);
  return `${code.length} bytes`;
}

// walk runs the parts in order and says how many steps passed.
async function walk(name, ...parts) {
  const started = Date.now();
  for (const part of parts) await part();
  console.log(`${name}: ${passed} steps in ${Date.now() - started} ms`);
}

module.exports = { account, assert, code, download, endpoint, refused, step, until, upload, walk };
