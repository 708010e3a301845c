'use strict';
// Starts the instance. One that waits until it is known for which function gets warm first.
if (process.argv[2] === 'ahead') {
  process.argv.pop();
  require('./warm');
  setImmediate(() => require('./instance'));
} else {
  require('./instance');
}
