'use strict';
// The socket to the emulator: frames in, frames out, one call at a time.
const { read, readSync, writeSync } = require('fs');

const LINE = 3;
const room = Buffer.allocUnsafeSlow(1 << 16); // what was read and not yet taken
const out = Buffer.allocUnsafeSlow(1 << 16);
let from = 0;
let to = 0;

function fill() {
  const count = readSync(LINE, room, to, room.length - to, null);
  if (count === 0) process.exit(0); // the emulator has closed the line
  to += count;
}

// arrived calls back when there is something to receive. The event loop turns until then.
function arrived(then) {
  if (from < to) {
    then();
    return;
  }
  read(LINE, room, 0, room.length, null, (error, count) => {
    if (error || count === 0) process.exit(0);
    from = 0;
    to = count;
    then();
  });
}

// receive returns the next frame without its length: the kind in the first byte, then the body.
function receive() {
  if (from === to) from = to = 0;
  if (from > 0 && to - from < 4) {
    room.copyWithin(0, from, to);
    to -= from;
    from = 0;
  }
  while (to - from < 4) fill();
  const size = room.readUInt32BE(from);
  if (size + 4 > room.length - from) return receiveLarge(size);
  while (to - from < size + 4) fill();
  const frame = Buffer.from(room.subarray(from + 4, from + 4 + size)); // a copy: user code may keep it
  from += 4 + size;
  return frame;
}

function receiveLarge(size) {
  const frame = Buffer.allocUnsafe(size);
  let have = room.copy(frame, 0, from + 4, to);
  from = to = 0;
  while (have < size) {
    let count;
    try {
      count = readSync(LINE, frame, have, size - have, null);
    } catch (error) {
      if (error.code !== 'EINTR') throw error;
      continue;
    }
    if (count === 0) process.exit(0);
    have += count;
  }
  return frame;
}

function reply(status, payload) {
  const size = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  out.writeUInt32BE(size + 1, 0);
  out[4] = status;
  if (size + 5 <= out.length) {
    if (typeof payload === 'string') out.write(payload, 5);
    else payload.copy(out, 5);
    writeAll(out, size + 5);
    return;
  }
  writeAll(out, 5);
  writeAll(typeof payload === 'string' ? Buffer.from(payload) : payload, size);
}

// replyHTTP answers with a head, which is written as JSON, and a body.
function replyHTTP(status, head, body) {
  const text = Buffer.from(JSON.stringify(head));
  const before = Buffer.allocUnsafe(9 + text.length);
  before.writeUInt32BE(5 + text.length + body.length, 0);
  before[4] = status;
  before.writeUInt32BE(text.length, 5);
  text.copy(before, 9);
  if (before.length + body.length <= out.length) {
    writeAll(Buffer.concat([before, body]), before.length + body.length);
    return;
  }
  writeAll(before, before.length);
  writeAll(body, body.length);
}

function writeAll(buffer, size) {
  for (let sent = 0; sent < size;) {
    try {
      sent += writeSync(LINE, buffer, sent, size - sent);
    } catch (error) {
      if (error.code === 'EPIPE') process.exit(0);
      if (error.code !== 'EINTR') throw error;
    }
  }
}

// fieldsOf reads a frame of strings, each after its length.
function fieldsOf(frame) {
  const fields = [];
  for (let at = 1; at < frame.length;) {
    const size = frame.readUInt32BE(at);
    fields.push(frame.toString('utf8', at + 4, at + 4 + size));
    at += 4 + size;
  }
  return fields;
}

module.exports = { arrived, receive, reply, replyHTTP, fieldsOf };
