'use strict';
// Describes a failed call: the body of the answer, and the record in the log.
const logs = require('./logs');

const LONGEST = 256 << 10; // characters of one record

// Modules that the cloud's runtimes have on board and this one has not.
const shipped = ['co', 'gm', 'ali-oss', 'aliyun-sdk', '@alicloud/fc2', 'tablestore', 'ali-mns', '@alicloud/pop-core'];

function isMissing(error) {
  return error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND';
}

// hint logs where a module that is missing can be had from.
function hint(error) {
  const [, name] = (isMissing(error) && /Cannot find (?:module|package) '([^']+)'/.exec(error.message)) || [];
  if (shipped.includes(name)) {
    logs.write('error', `Function Compute has '${name}' on board; here run: fcemu runtime install nodejs`);
  }
}

// report logs the failure and returns the body of the answer. handled: given to the callback.
function report(setup, error, handled) {
  if (isError(error)) hint(error);
  const body = JSON.stringify(describe(setup, error, handled));
  const text = body.length > LONGEST ? body.slice(0, LONGEST) + '... Truncated by FunctionCompute' : body;
  logs.raw(logs.record('error', text));
  return body;
}

function describe(setup, error, handled) {
  const failed = isError(error);
  if (handled && !failed) return { errorMessage: stringify(error), errorType: 'FunctionHandledError' };
  const prefix = setup.callbackOnly && !handled ? 'FunctionUnhandledError: ' : '';
  return {
    errorMessage: setup.shown(failed ? String(error.message) : stringify(error)),
    errorType: prefix + (failed ? error.name : typeof error),
    stackTrace: failed ? stack(setup, error).split('\n') : [],
  };
}

// isError also knows errors of another realm, such as the vm module's.
function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function stringify(value) {
  if (value === null || typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value);
  } catch (error) {
    return String(value);
  }
}

function stack(setup, error) {
  return setup.shown(String((error && error.stack) || error));
}

module.exports = { report, stack, isMissing, hint };
