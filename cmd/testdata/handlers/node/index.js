'use strict';
const getRawBody = require('raw-body');

let ready = false;
exports.initialize = (context, callback) => {
  ready = true;
  callback(null, '');
};

exports.handler = (req, resp, context) => {
  if (req.path === '/throw') throw new Error('thrown on purpose');
  const sent = (error, body) => {
    if (error) throw error;
    answer(req, resp, context, body);
  };
  getRawBody(req, { length: req.headers['content-length'], limit: '32mb' }, sent);
};

function answer(req, resp, context, body) {
  const [, what, which] = req.path.split('/');
  switch (what) {
    case 'echo':
      resp.setHeader('Content-Type', req.headers['content-type']);
      return resp.send(body);
    case 'status':
      resp.setStatusCode(Number(which));
      return resp.send('status');
    case 'headers':
      resp.setHeader('Set-Cookie', ['a=1', 'b=2']);
      resp.setHeader('x-one', '2');
      resp.setHeader('X-One', '1');
      resp.setHeader('X-Gone', '1');
      resp.deleteHeader('x-gone');
      resp.setHeader('Server', 'mine');
      resp.setHeader('X-Fc-Own', '1');
      return resp.send('');
    case 'large-headers':
      resp.setHeader('X-Large', 'x'.repeat(9000));
      return resp.send('');
    case 'bad-status':
      resp.setStatusCode(42);
      return resp.send('');
    case 'print':
      console.log('printed by the function');
      return resp.send(require('stream').Readable.from([Buffer.from('o'), Buffer.from('k')]));
    case 'exit':
      return process.exit(3);
    case 'sleep':
      return setTimeout(() => resp.send(''), 60000);
    default:
      resp.setHeader('Content-Type', 'application/json');
      return resp.send(JSON.stringify({
        method: req.method,
        path: decodeURIComponent(req.path),
        uri: req.url,
        ip: req.clientIP,
        query: [].concat(req.queries.q || []).join('+'),
        header: req.headers['x-test'],
        host: req.headers.host,
        length: body.length,
        id: context.requestId,
        function: context.service.name + '/' + context.function.name,
        ready,
      }));
  }
}
