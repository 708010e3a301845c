'use strict';
// The request and the response of an HTTP handler of FC 2.0: handler(req, resp, context).
const { Readable } = require('stream');

const LONGEST = 128 << 20; // bytes of a body that is given as a stream

// Headers of which the first value counts, as in Node's own http module.
const single = new Set(['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host',
  'if-modified-since', 'if-unmodified-since', 'last-modified', 'location', 'max-forwards', 'proxy-authorization',
  'referer', 'retry-after', 'server', 'user-agent']);

class Request extends Readable {
  constructor(head, body) {
    super();
    this.headers = headersOf(head);
    this.path = head.rawPath; // adapters for web frameworks send it on as it is
    this.queries = queriesOf(head.queriesMap);
    this.method = head.method;
    this.clientIP = head.clientIP;
    this.url = head.requestURI;
    this.body = body;
  }

  _read() {
    if (this.body.length > 0) this.push(this.body);
    this.push(null);
  }

  getHeader(name) {
    return this.headers[String(name).toLowerCase()];
  }
}

function headersOf(head) {
  const headers = { host: head.host };
  for (const [name, values] of Object.entries(head.headersMap)) {
    const key = name.toLowerCase();
    if (key === 'set-cookie') headers[key] = values;
    else if (single.has(key)) headers[key] = values[0];
    else headers[key] = values.join(key === 'cookie' ? '; ' : ', ');
  }
  return headers;
}

// queriesOf gives a string for what is there once and a list for what is repeated.
function queriesOf(map) {
  const queries = {};
  for (const [name, values] of Object.entries(map)) {
    const value = values.length === 1 ? values[0] : values;
    Object.defineProperty(queries, name, { value, writable: true, enumerable: true, configurable: true }); // also __proto__
  }
  return queries;
}

// Response collects the answer; done is called with head and body, failed with an error.
class Response {
  constructor(done, failed) {
    this.statusCode = 200;
    const headers = new Map(); // lower-case name: [name, values]
    let sent = false;

    this.setStatusCode = (code) => {
      if (!Number.isInteger(code)) throw new TypeError('the status code must be an integer');
      this.statusCode = code;
    };
    this.setHeader = (name, value) => headers.set(String(name).toLowerCase(), [checkedName(name), checkedValues(name, value)]);
    this.deleteHeader = (name) => headers.delete(String(name).toLowerCase());
    this.hasHeader = (name) => headers.has(String(name).toLowerCase());
    this.send = (body) => {
      if (sent) throw new Error('the response has been sent already');
      const whole = bodyOf(body);
      sent = true;
      const end = (bytes) => done({ status: this.statusCode, headersMap: Object.fromEntries(headers.values()) }, bytes);
      if (whole) end(whole);
      else collect(body, end, failed);
    };
  }
}

function checkedName(name) {
  if (typeof name !== 'string' || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
    throw new TypeError(`invalid header name '${name}'`);
  }
  return name;
}

function checkedValues(name, value) {
  return (Array.isArray(value) ? value : [value]).map((item) => {
    const text = String(item);
    if (item === undefined || item === null || /[^\t\x20-\x7e\x80-\xff]/.test(text)) {
      throw new TypeError(`invalid value of header '${name}'`);
    }
    return text;
  });
}

// bodyOf is the whole body as bytes, or undefined for a stream.
function bodyOf(body) {
  if (body === null || body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (typeof body.pipe === 'function' && typeof body.on === 'function') return undefined;
  throw new TypeError('the body must be a Buffer, a string or a Readable');
}

function collect(stream, done, failed) {
  const parts = [];
  let size = 0;
  stream.on('data', (part) => {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    size += bytes.length;
    if (size > LONGEST) {
      parts.length = 0;
      stream.destroy(new Error(`the body of the response has more than ${LONGEST} bytes`));
      return;
    }
    parts.push(bytes);
  });
  stream.on('end', () => done(parts.length === 1 ? parts[0] : Buffer.concat(parts, size)));
  stream.on('error', failed);
}

module.exports = { Request, Response };
