// Tells what it saw of an HTTP request. The event is the FC 3.0 form of the request.
exports.handler = async (event) => {
  const request = JSON.parse(event);
  const { method, path } = request.requestContext.http;
  const body = Buffer.from(request.body || '', request.isBase64Encoded ? 'base64' : 'utf8').toString();
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    isBase64Encoded: false,
    body: JSON.stringify({ method, path, query: request.queryParameters || {}, body }) + '\n',
  };
};
