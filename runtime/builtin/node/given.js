'use strict';
const { fieldsOf } = require('./line');

// A process that was started before it was known for which function becomes that function's: first it gets
// the variables, then, when they are there, the folders.
module.exports = (frame) => {
  const fields = fieldsOf(frame);
  if (fields[0] !== '') process.chdir(fields[0]);
  for (const pair of fields.slice(1)) {
    const end = pair.indexOf('=');
    process.env[pair.slice(0, end)] = pair.slice(end + 1);
  }
};
