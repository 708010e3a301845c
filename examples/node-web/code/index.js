'use strict';

const fs = require('fs');
const path = require('path');

const page = fs.readFileSync(path.join(__dirname, 'page.html'), 'utf8');

const routes = {
  'GET /': () => reply(200, page, 'text/html; charset=utf-8'),
  'GET /api/time': () => json(200, { time: new Date().toISOString() }),
  'POST /api/sum': (request) => {
    const numbers = JSON.parse(request.text || '[]');
    if (!Array.isArray(numbers) || !numbers.every(Number.isFinite)) {
      return json(400, { error: 'send a JSON list of numbers' });
    }
    return json(200, { sum: numbers.reduce((total, n) => total + n, 0) });
  },
};

// An HTTP trigger hands the request over as a JSON event, and takes the answer as an object.
exports.handler = async (event, context) => {
  const request = JSON.parse(event);
  const { method, path: where } = request.requestContext.http;
  request.text = request.isBase64Encoded
    ? Buffer.from(request.body, 'base64').toString()
    : request.body;
  console.log(`${method} ${where}`);

  const route = routes[`${method === 'HEAD' ? 'GET' : method} ${where}`];
  if (!route) {
    return json(404, { error: `there is nothing at ${where}` });
  }
  try {
    return route(request);
  } catch (err) {
    if (err instanceof SyntaxError) {
      return json(400, { error: 'the body is not JSON' });
    }
    throw err;
  }
};

function json(statusCode, value) {
  return reply(statusCode, JSON.stringify(value) + '\n', 'application/json');
}

function reply(statusCode, body, type) {
  return { statusCode, headers: { 'Content-Type': type }, isBase64Encoded: false, body };
}
