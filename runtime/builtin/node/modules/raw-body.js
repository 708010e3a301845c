'use strict';
// Stands in for the package raw-body, which the platform has on board: the same call, the same errors.
// It is the last place where modules are looked for, so that a package that is installed comes first.
const units = { b: 1, kb: 1 << 10, mb: 1 << 20, gb: 2 ** 30 };

function getRawBody(stream, options, callback) {
  if (typeof options === 'function') return getRawBody(stream, {}, options);
  if (options === true || typeof options === 'string') return getRawBody(stream, { encoding: options }, callback);
  const wanted = options || {};
  if (typeof callback === 'function') {
    read(stream, wanted, callback);
    return undefined;
  }
  return new Promise((done, failed) => read(stream, wanted, (error, body) => (error ? failed(error) : done(body))));
}

function read(stream, options, callback) {
  const limit = bytes(options.limit);
  const length = options.length === undefined || options.length === null ? null : parseInt(options.length, 10);
  const encoding = options.encoding === true ? 'utf-8' : options.encoding;
  const parts = [];
  let received = 0;
  let over = false;
  const listeners = { aborted, close, data, end, error: (error) => finish(error) };

  const facts = () => ({ length, limit, received, expected: length });
  const tooLarge = () => failure(413, 'entity.too.large', 'request entity too large', facts());
  if (encoding && !Buffer.isEncoding(encoding)) {
    process.nextTick(callback, failure(415, 'encoding.unsupported', 'specified encoding unsupported', { encoding }));
    return;
  }
  if (limit !== null && length !== null && length > limit) {
    process.nextTick(callback, tooLarge());
    return;
  }
  for (const name of Object.keys(listeners)) stream.on(name, listeners[name]);

  function data(part) {
    const piece = typeof part === 'string' ? Buffer.from(part) : part;
    received += piece.length;
    if (limit !== null && received > limit) finish(tooLarge());
    else parts.push(piece);
  }
  function end() {
    if (length !== null && !Number.isNaN(length) && received !== length) {
      finish(failure(400, 'request.size.invalid', 'request size did not match content length', facts()));
      return;
    }
    const body = Buffer.concat(parts, received);
    finish(null, encoding ? body.toString(encoding) : body);
  }
  function aborted() {
    finish(failure(400, 'request.aborted', 'request aborted', Object.assign(facts(), { code: 'ECONNABORTED' })));
  }
  function close() {
    finish(failure(400, 'request.aborted', 'request aborted', facts()));
  }
  function finish(error, body) {
    if (over) return;
    over = true;
    for (const name of Object.keys(listeners)) stream.removeListener(name, listeners[name]);
    if (error) {
      stream.on('error', () => {});
      stream.pause();
      callback(error);
    } else {
      callback(null, body);
    }
  }
}

// bytes reads a limit: a number, or a text such as '1mb'.
function bytes(limit) {
  if (limit === undefined || limit === null) return null;
  const parts = /^\s*(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?\s*$/i.exec(String(limit));
  return parts ? Math.floor(Number(parts[1]) * units[(parts[2] || 'b').toLowerCase()]) : null;
}

function failure(status, type, message, facts) {
  return Object.assign(new Error(message), facts, { type, status, statusCode: status });
}

module.exports = getRawBody;
module.exports.default = getRawBody;
