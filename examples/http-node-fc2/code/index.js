'use strict';

const getRawBody = require('raw-body'); // the platform has it on board

const names = new Map(); // as long as the instance lives

exports.initialize = (context, callback) => {
  names.set('fc', 'https://www.alibabacloud.com/help/functioncompute');
  callback(null, '');
};

// An HTTP trigger of FC 2.0 calls the handler with the request and the response.
exports.handler = (req, resp, context) => {
  const name = decodeURIComponent(req.path.slice(1));
  console.log(`${req.method} ${req.path} from ${req.clientIP}`);
  switch (req.method) {
    case 'PUT':
      getRawBody(req, { limit: '4kb', encoding: 'utf8' }, (err, text) => {
        if (err) return answer(resp, err.statusCode, { error: err.message });
        names.set(name, text.trim());
        return answer(resp, 201, { name, address: names.get(name) });
      });
      break;
    case 'DELETE':
      answer(resp, names.delete(name) ? 200 : 404, { name });
      break;
    default:
      show(req, resp, name);
  }
};

function show(req, resp, name) {
  if (name === '') {
    const found = [...names].filter(([key]) => key.includes(req.queries.like || ''));
    answer(resp, 200, Object.fromEntries(found));
  } else if (names.has(name)) {
    resp.setHeader('Link', `<${names.get(name)}>; rel="canonical"`);
    answer(resp, 200, { name, address: names.get(name) });
  } else {
    answer(resp, 404, { error: `nobody gave an address to ${name}` });
  }
}

function answer(resp, status, value) {
  resp.setStatusCode(status);
  resp.setHeader('Content-Type', 'application/json');
  resp.send(JSON.stringify(value) + '\n');
}
