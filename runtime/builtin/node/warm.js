'use strict';
// Does once what the first call will do again, so that it finds its way compiled and its modules loaded.
const { BODY } = require('./line');
const { Setup, Context } = require('./context');
const Handlers = require('./handler');

module.exports = require('./given');

function frame(...fields) {
  const parts = fields.map((field) => {
    const text = Buffer.from(field);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(text.length);
    return Buffer.concat([size, text]);
  });
  return Buffer.concat([Buffer.alloc(BODY), ...parts]);
}

process.env.FCEMU_WARM = '1';
delete process.env.FCEMU_WARM;
process.chdir('/');
const setup = new Setup(frame('nodejs20', __dirname, __dirname, 'warm-handler.handler'));
new Handlers(setup).find('warm-handler.handler')('', new Context(setup, 'warm-handler.handler', '', '', 0)).then(() => {});
// No function finds these among the loaded modules.
for (const name of ['./warm-handler', './given', './warm']) delete require.cache[require.resolve(name)];
