'use strict';
// The pipes to the emulator: frames in, frames out. The frames are described in protocol.go.
const { read, readSync, writeSync } = require('fs');

const CALLS = 3;
const REPLIES = 4;
const HEAD = 9; // bytes: length, kind and number
const BODY = 5; // where it begins in what receive returns
const room = Buffer.allocUnsafeSlow(1 << 16); // what was read and not yet taken
const out = Buffer.allocUnsafeSlow(1 << 16);
let from = 0;
let to = 0;
let replies = REPLIES;

function fill() {
  const count = readSync(CALLS, room, to, room.length - to, null);
  if (count === 0) process.exit(0); // the emulator has closed the line
  to += count;
}

// arrived calls back when there is something to receive. The event loop turns until then.
function arrived(then) {
  if (from < to) {
    then();
    return;
  }
  read(CALLS, room, 0, room.length, null, (error, count) => {
    if (error || count === 0) process.exit(0);
    from = 0;
    to = count;
    then();
  });
}

// listen takes frames as they come, while the event loop turns.
function listen(take) {
  const { Socket } = require('net');
  let parts = [];
  let have = 0;
  let wanted = 4; // bytes that tell more
  const feed = (chunk) => {
    parts.push(chunk);
    have += chunk.length;
    if (have < wanted) return;
    const bytes = parts.length === 1 ? chunk : Buffer.concat(parts);
    let at = 0;
    for (wanted = 4; have - at >= wanted; wanted = 4) {
      wanted += bytes.readUInt32BE(at);
      if (have - at < wanted) break;
      take(bytes.subarray(at + 4, at + wanted));
      at += wanted;
    }
    parts = at < have ? [bytes.subarray(at)] : [];
    have -= at;
  };
  new Socket({ fd: CALLS, readable: true, writable: false }).on('data', feed).on('end', () => process.exit(0));
  if (from < to) feed(Buffer.from(room.subarray(from, to)));
}

// receive returns the next frame without its length: the kind in the first byte, the number, the body.
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
      count = readSync(CALLS, frame, have, size - have, null);
    } catch (error) {
      if (error.code !== 'EINTR') throw error;
      continue;
    }
    if (count === 0) process.exit(0);
    have += count;
  }
  return frame;
}

// head begins a frame of size bytes in a buffer.
function head(buffer, size, status, number) {
  buffer.writeUInt32BE(HEAD - 4 + size, 0);
  buffer[4] = status;
  buffer.writeUInt32BE(number, 5);
}

function reply(number, status, payload) {
  const size = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  head(out, size, status, number);
  if (size + HEAD <= out.length) {
    if (typeof payload === 'string') out.write(payload, HEAD);
    else payload.copy(out, HEAD);
    writeAll(out, size + HEAD);
    return;
  }
  writeAll(out, HEAD);
  writeAll(typeof payload === 'string' ? Buffer.from(payload) : payload, size);
}

// replyHTTP answers with facts, which are written as JSON, and a body.
function replyHTTP(number, status, facts, body) {
  const text = Buffer.from(JSON.stringify(facts));
  const before = Buffer.allocUnsafe(HEAD + 4 + text.length);
  head(before, 4 + text.length + body.length, status, number);
  before.writeUInt32BE(text.length, HEAD);
  text.copy(before, HEAD + 4);
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
      sent += writeSync(replies, buffer, sent, size - sent);
    } catch (error) {
      if (error.code === 'EPIPE') process.exit(0);
      if (error.code !== 'EINTR') throw error;
    }
  }
}

// answerTo sends replies elsewhere; null is their place again.
function answerTo(descriptor) {
  replies = descriptor === null ? REPLIES : descriptor;
}

// fieldsOf reads a frame of strings, each after its length.
function fieldsOf(frame) {
  const fields = [];
  for (let at = BODY; at < frame.length;) {
    const size = frame.readUInt32BE(at);
    fields.push(frame.toString('utf8', at + 4, at + 4 + size));
    at += 4 + size;
  }
  return fields;
}

module.exports = { BODY, arrived, listen, receive, reply, replyHTTP, answerTo, fieldsOf };
