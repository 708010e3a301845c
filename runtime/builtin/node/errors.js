'use strict';
// Describes a failed call: the body of the answer, and the record in the log.
const logs = require('./logs');

const LONGEST = 256 << 10; // characters of one record

// report logs the failure and returns the body of the answer. handled: given to the callback.
function report(setup, error, handled) {
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

module.exports = { report, stack };
