'use strict';
const fs = require('fs');
const { spawn } = require('child_process');
const { Worker } = require('worker_threads');

const actions = {
  printMuch: () => {
    const line = 'x'.repeat(1023) + '\n';
    for (let n = 0; n < 100 * 1024; n++) process.stdout.write(line);
  },
  logMuch: () => {
    const line = 'x'.repeat(1023);
    for (let n = 0; n < 10 * 1024; n++) console.log(line);
  },
  closeStdout: () => {
    fs.closeSync(1);
    fs.closeSync(2);
    console.log('x');
    process.stdout.write('x'.repeat(100000));
  },
  endStdout: () => {
    process.stdout.end();
    process.stdout.write('x');
    console.log('x');
  },
  destroyStdout: () => {
    process.stdout.destroy();
    process.stdout.write('x');
  },
  closeLine: () => fs.closeSync(4),
  answerAnotherCall: () => { fs.writeSync(4, Buffer.from([0, 0, 0, 7, 0, 255, 255, 255, 255, 110, 111])); },
  spoilLine: () => { fs.writeSync(4, '\0\0\0\x03\0no'); },
  daemon: () => { spawn('sh', ['-c', 'trap "" TERM HUP INT; sleep 1000 & sleep 1000'], { detached: true, stdio: 'inherit' }).unref(); },
  daemonAndExit: () => {
    actions.daemon();
    process.exit(4);
  },
  exitLater: () => { // timers stand still between calls; another thread does not
    new Worker('setTimeout(() => process.kill(process.pid, "SIGKILL"), 50)', { eval: true }).unref();
  },
  throwLater: () => { setTimeout(() => { throw new Error('out of nowhere'); }, 10); return new Promise(() => {}); },
  rejectLater: () => { setTimeout(() => Promise.reject(new Error('nobody listens')), 10); return new Promise(() => {}); },
  never: () => new Promise(() => {}),
  loop: () => { for (;;); },
  recurse: () => actions.recurse(),
  throwNull: () => { throw null; },
  throwUndefined: () => Promise.reject(),
  throwSymbol: () => { throw Symbol('s'); },
  throwProxy: () => { throw new Proxy({}, { get() { throw new Error('no'); } }); },
  unspeakable: () => { throw Object.create(Error.prototype, { message: { get() { throw new Error('no words'); } } }); },
  circular: () => { const a = {}; a.a = a; return a; },
  big: () => 10n,
  symbol: () => Symbol('s'),
  ignoreSigterm: () => { process.on('SIGTERM', () => {}); },
  abort: () => process.abort(),
  hog: () => { for (const kept = []; ;) kept.push(Buffer.alloc(64 << 20, 1)); },
  hogHeap: () => { for (const kept = []; ;) kept.push(new Array(1 << 16).fill({})); },
  throwAfterwards: () => { setTimeout(() => { throw new Error('out of nowhere'); }, 1); },
};

exports.handler = async (event) => {
  const name = event.toString();
  const result = name === 'fine' ? undefined : await actions[name]();
  return result === undefined ? 'fine' : result;
};
exports.number = 5;
