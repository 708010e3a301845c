'use strict';
// Starts the instance. One that waits until it is known for which function gets warm first.
const run = require('./instance');

if (process.argv[2] === 'ahead') {
  process.argv.pop();
  const become = require('./warm');
  setImmediate(() => run(become));
} else {
  run();
}
