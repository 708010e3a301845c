'use strict';
// Stands in for the package body, which the platform has on board: body(req[, res][, options], callback).
const getRawBody = require('../raw-body');

// reader makes a function of the package's shape: without a callback it returns one that takes it.
function reader(parse) {
  return function read(req, res, options, callback) {
    const callbacks = [res, options, callback].filter((argument) => typeof argument === 'function');
    const settings = [options, res].find((one) => one && typeof one === 'object' && typeof one.on !== 'function' &&
      typeof one.send !== 'function') || {};
    if (callbacks.length === 0) return (then) => read(req, null, settings, then);
    const limit = settings.limit || 1 << 20;
    getRawBody(req, { limit, length: settings.length, encoding: settings.encoding || 'utf8' }, (error, text) => {
      if (error) {
        callbacks[0](error);
        return;
      }
      let value;
      try {
        value = parse(text, req, settings);
      } catch (failure) {
        callbacks[0](failure);
        return;
      }
      callbacks[0](null, value);
    });
    return undefined;
  };
}

const json = (text, req, settings) => JSON.parse(text, settings.reviver);
const form = (text, req, settings) => (settings.querystring || require('querystring')).parse(text);
const any = (text, req, settings) => {
  const type = String(req.headers['content-type'] || '').split(';')[0].trim();
  if (type === 'application/json') return json(text, req, settings);
  if (type === 'application/x-www-form-urlencoded') return form(text, req, settings);
  throw new Error('Could not parse content type header: ' + type);
};

module.exports = reader((text) => text);
Object.assign(module.exports, { json: reader(json), form: reader(form), any: reader(any) });
