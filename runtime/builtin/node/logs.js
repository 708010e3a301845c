'use strict';
// Log records, console and context.logger. Everything goes to standard output, so that the order of
// what a function wrote is kept.
const { writeSync } = require('fs');
const { format } = require('util');

const state = { requestId: '', callbackOnly: false, lowest: 0, streams: [] };
const severity = { silly: 0, debug: 1, verbose: 2, info: 3, warn: 4, error: 5 };

function record(level, message) {
  const now = new Date().toISOString();
  if (state.callbackOnly) {
    return now + ' ' + state.requestId + ' [' + level + '] ' + message.replace(/\n/g, '\r') + '\n';
  }
  return now.slice(0, 10) + ' ' + now.slice(11, 23) + ' ' + state.requestId + ' [' + level + '] ' + message + '\n';
}

function write(level, message) {
  if (severity[level] >= state.lowest) raw(record(level, message));
}

// raw writes at once, behind what process.stdout may still hold.
function raw(text) {
  if (state.streams.length > 0 && process.stdout.writable) {
    process.stdout.write(text);
    return;
  }
  const bytes = Buffer.from(text);
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(1, bytes, sent);
    } catch (error) {
      if (error.code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      else if (error.code !== 'EINTR') return; // nobody reads the log any more
    }
  }
}

// drained calls back when all that was written has left the process.
function drained(then) {
  const stream = state.streams.find((s) => s.writableLength > 0 && !s.destroyed);
  if (stream === undefined) then();
  else stream.write('', () => drained(then));
}

// Logger is context.logger.
class Logger {
  constructor(setup) {
    this.level = setup.callbackOnly ? 'silly' : 'info';
    this.lowest = 0;
    for (const level of ['debug', 'info', 'warn', 'error']) {
      this[level] = (...args) => this.put(level, args);
    }
    this.log = (...args) => this.put(this.level, args);
    this.setLogLevel = (level) => {
      if (!(level in severity)) return;
      this.level = level;
      this.lowest = severity[level];
    };
  }

  put(level, args) {
    if (severity[level] >= this.lowest) write(level, format(...args));
  }

  toJSON() {
    return undefined; // keeps JSON.stringify(context) to its data
  }
}

// install makes console write records, before it is known of which function.
function install() {
  for (const method of ['log', 'info', 'warn', 'error', 'debug']) {
    console[method] = (...args) => write(method !== 'log' ? method : state.callbackOnly ? 'verbose' : 'info', format(...args));
  }
  watch('stdout');
  watch('stderr');
}

// follow takes what the function's setup says of its log.
function follow(setup) {
  state.callbackOnly = setup.callbackOnly;
  const wanted = (process.env.ALIYUN_FC_LOG_LEVEL || '').toLowerCase();
  state.lowest = !setup.callbackOnly && wanted in severity ? severity[wanted] : 0;
}

// watch notes when user code first takes a stream: making one costs a millisecond or two.
function watch(name) {
  const { get } = Object.getOwnPropertyDescriptor(process, name);
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      const stream = get.call(process);
      if (!state.streams.includes(stream)) {
        state.streams.push(stream);
        stream.on('error', () => {}); // who closes it loses its log, and not the calls that come
      }
      return stream;
    },
  });
}

module.exports = { state, record, write, raw, drained, install, follow, Logger };
