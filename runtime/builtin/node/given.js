'use strict';
const { fieldsOf } = require('./line');

// A process that was started before it was known for which function becomes that function's. It returns
// the working folder, which is there by the first call.
module.exports = (frame) => {
  const fields = fieldsOf(frame);
  for (const pair of fields.slice(1)) {
    const end = pair.indexOf('=');
    process.env[pair.slice(0, end)] = pair.slice(end + 1);
  }
  return fields[0];
};
