'use strict';
// Runs the handlers of one Node.js function: takes calls from descriptor 3 and answers on descriptor 4.
//
// The frames are described in protocol.go. Reading blocks: between calls the instance is frozen, as
// in the cloud, and its timers wait for the next call. It also measures 10 % faster than net.Socket.
const line = require('./line');
const { Setup, Context } = require('./context');
const logs = require('./logs');
const Handlers = require('./handler');

const SUCCEEDED = 0;
const HANDLED = 1;
const UNHANDLED = 2;
const HTTP = 3;
const REQUEST = 4; // the kind of a frame with a request to an HTTP handler
const CREDENTIALS = 253; // the kind of a frame with newer credentials, before a call
const GIVEN = 254; // the kind of a frame that a process gets which has waited for a function
const PRE_STOP = 2; // its place among the handlers
const { setImmediate: soon, setTimeout: later, clearTimeout: unset } = global; // user code may replace them
const longest = 2 ** 31 - 1; // ms

let setup = null;
let handlers = null;
let stoppable = false; // a listener of SIGTERM keeps it from ending the process
const debugged = /--inspect/.test(process.env.NODE_OPTIONS);
let current = null; // the call under way
let underWay = () => current; // of several the one that asks
let parked = null; // the answer that waits for an empty event loop
let vigil = null; // keeps the event loop of a silent call alive

// next waits for a call. A debugger is answered meanwhile.
function next() {
  if (debugged) line.arrived(take);
  else take();
}

// take waits for a call too. The event loop stands still, having turned once between calls.
function take() {
  let frame;
  try {
    frame = line.receive();
    if (frame[0] === CREDENTIALS) {
      setup.renew(frame);
      frame = line.receive();
    }
  } catch (error) {
    if (error.code !== 'EINTR') throw error;
    soon(next); // let the handler of the signal run
    return;
  }
  const call = new Call(frame);
  current = call;
  if (stoppable && call.hook === 0) process.on('SIGTERM', stop);
  logs.state.requestId = call.context.requestId;
  call.run();
}

// takeMany takes calls as they come, beside those under way. The event loop never stands still then.
function takeMany() {
  const { AsyncLocalStorage } = require('async_hooks');
  const calls = new AsyncLocalStorage();
  underWay = () => calls.getStore() || null;
  Object.defineProperty(logs.state, 'requestId', { get: () => (underWay() || { context: {} }).context.requestId || '' });
  line.listen((frame) => {
    if (frame[0] === CREDENTIALS) {
      setup.renew(frame);
      return;
    }
    const call = new Call(frame);
    calls.run(call, () => call.run());
  });
}

// stop runs the preStop hook of an instance that is stopped in the midst of a call, and ends it.
function stop() {
  const handler = setup.handlers[PRE_STOP];
  const leave = (error) => {
    if (error) logs.write('error', (error && error.stack) || String(error));
    logs.drained(() => process.exit(143));
  };
  const run = async () => {
    const hook = await handlers.find(handler);
    const context = new Context(setup, handler, current ? current.context.requestId : '', setup.version, 0);
    if (hook.length < 2) return hook(context);
    return new Promise((done, fail) => hook(context, (error) => (error ? fail(error) : done())));
  };
  run().then(() => leave(), leave);
}

class Call {
  constructor(frame) {
    const middle = 19 + frame[17];
    const end = middle + frame[18];
    this.number = frame.readUInt32BE(1);
    this.request = frame[0] === REQUEST;
    this.hook = this.request ? 0 : frame[0];
    this.handler = setup.handlers[this.hook];
    this.event = frame.subarray(end);
    const requestId = frame.toString('latin1', 19, middle);
    this.context = new Context(setup, this.handler, requestId, frame.toString('utf8', middle, end), frame.readUInt32BE(13));
    this.done = false;
    this.callback = (error, data) => this.called(error, data);
  }

  run() {
    let loaded;
    try {
      loaded = handlers.find(this.handler);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (typeof loaded === 'function') this.start(loaded);
    else loaded.then((handler) => this.start(handler), (error) => this.fail(error));
  }

  start(handler) {
    let result;
    try {
      if (this.request) result = this.handle(handler);
      else if (this.hook === 0) result = handler(this.event, this.context, this.callback);
      else result = handler(this.context, this.callback);
    } catch (error) {
      this.fail(error);
      return;
    }
    const promised = result !== null && typeof result === 'object' && typeof result.then === 'function';
    if (setup.callbackOnly || this.request) { // what an async handler resolves to is ignored by Node.js 16 and before, and by HTTP handlers
      if (promised) result.then(undefined, (error) => this.fail(error));
    } else if (promised) {
      result.then((value) => this.succeed(value), (error) => this.fail(error));
    } else if (handler.length < (this.hook === 0 ? 3 : 2)) {
      this.succeed(result);
    } // else it takes a callback, and what it returned is by the way
  }

  // handle runs an HTTP handler. It answers by resp.send.
  handle(handler) {
    const { Request, Response } = require('./http');
    const body = 4 + this.event.readUInt32BE(0);
    const request = new Request(JSON.parse(this.event.toString('utf8', 4, body)), this.event.subarray(body));
    const response = new Response((head, bytes) => {
      if (!this.done) this.answer(HTTP, bytes, head);
    }, (error) => this.fail(error));
    return handler(request, response, this.context);
  }

  called(error, data) {
    if (error === null || error === undefined) this.succeed(data);
    else this.fail(error, true);
  }

  succeed(value) {
    if (this.done) return;
    let payload;
    try {
      payload = this.hook === 0 ? encode(value) : '';
    } catch (error) {
      this.fail(error);
      return;
    }
    this.answer(SUCCEEDED, payload);
  }

  fail(error, handled) {
    if (this.done) return;
    const body = require('./errors').report(setup, error, handled);
    this.answer(handled ? HANDLED : UNHANDLED, body);
  }

  answer(status, payload, head) {
    this.done = true;
    unset(vigil);
    if (this.context.waitsForEmptyEventLoopBeforeCallback && setup.concurrency === 1) parked = () => this.send(status, payload, head);
    else this.send(status, payload, head);
  }

  send(status, payload, head) {
    logs.drained(() => {
      current = null;
      if (stoppable && this.hook === 0) process.off('SIGTERM', stop); // between calls the loop stands still
      if (head) line.replyHTTP(this.number, status, head, payload);
      else line.reply(this.number, status, payload);
      if (setup.concurrency === 1) soon(next);
    });
  }
}

// encode turns what a handler gave into the bytes of the answer.
function encode(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

function uncaught(error) {
  const call = underWay();
  if (call === null || call.done) {
    logs.write('error', (error && error.stack) || String(error));
  } else if (setup.callbackOnly) { // the platform's own answer, without the cause; the log has it
    logs.write('error', require('./errors').stack(setup, error));
    call.fail('FunctionUnhandledError: uncaughtException', true);
  } else {
    call.fail(error);
  }
}

// run takes the setup and waits for calls. become makes a process that has waited the function's.
function run(become) {
  let facts = line.receive();
  while (facts[0] === GIVEN) {
    become(facts);
    facts = line.receive();
  }
  setup = new Setup(facts);
  handlers = new Handlers(setup);
  stoppable = setup.handlers[PRE_STOP] !== '' && setup.concurrency === 1; // else it is asked for the hook
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', (reason) => {
    if (setup.generation > 14) uncaught(reason);
    else logs.write('warn', 'Unhandled promise rejection: ' + ((reason && reason.stack) || String(reason)));
  });
  // An empty event loop ends Node.js. A call that has not answered lasts until its time is over.
  process.on('beforeExit', () => {
    const send = parked;
    parked = null;
    if (send) send();
    else if (current !== null) vigil = later(() => {}, longest);
  });
  logs.follow(setup);
  if (setup.concurrency === 1) next();
  else takeMany();
}

// rehearse makes a call for nobody, whose answer goes to a descriptor of its own. What the first call runs
// is compiled then, and the modules that it needs are loaded.
function rehearse(facts, frame, descriptor) {
  setup = new Setup(facts);
  setup.concurrency = 0; // no call comes after it
  handlers = new Handlers(setup);
  logs.follow(setup);
  line.answerTo(descriptor);
  return new Promise((done) => {
    const call = current = new Call(frame);
    const { send } = call;
    call.send = (...answer) => {
      send.apply(call, answer);
      line.answerTo(null);
      setup = handlers = null;
      done();
    };
    call.run();
  });
}

logs.install();
module.exports = { run, rehearse };
