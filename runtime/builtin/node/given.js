'use strict';
// A process that was started before it was known for which function becomes that function's.
module.exports = (frame) => {
  const fields = [];
  for (let at = 1; at < frame.length;) {
    const size = frame.readUInt32BE(at);
    fields.push(frame.toString('utf8', at + 4, at + 4 + size));
    at += 4 + size;
  }
  process.chdir(fields[0]);
  for (const pair of fields.slice(1)) {
    const end = pair.indexOf('=');
    process.env[pair.slice(0, end)] = pair.slice(end + 1);
  }
};
