'use strict';
// Starts the instance. One that waits until it is known for which function gets warm first.
const { run } = require('./instance');

const become = process.argv[2] === 'ahead' ? require('./warm') : null;
if (become !== null) process.argv.pop();
setImmediate(() => run(become));
