'use strict';
// Does once what the first call will do again, so that it finds its way compiled and its modules loaded.
const { openSync, closeSync } = require('fs');
const { BODY } = require('./line');
const { rehearse } = require('./instance');
const become = module.exports = require('./given');

const HEAD = 19; // of a call, as Call reads it

function facts(...fields) {
  const parts = fields.map((field) => {
    const text = Buffer.from(field);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(text.length);
    return Buffer.concat([size, text]);
  });
  return Buffer.concat([Buffer.alloc(BODY), ...parts]);
}

const names = Array.from({ length: 20 }, (_, n) => 'FCEMU_WARM_' + n);
become(facts('/', ...names.map((name) => name + '=warm')));
for (const name of names) delete process.env[name];

const nowhere = openSync('/dev/null', 'w');
rehearse(facts('nodejs20', __dirname, __dirname, 'warm-handler.handler'), Buffer.alloc(HEAD), nowhere).then(() => {
  closeSync(nowhere);
  // No function finds these among the loaded modules.
  for (const name of ['./warm-handler', './given', './warm']) delete require.cache[require.resolve(name)];
});
