'use strict'
// A server with every kind of answer that HTTP knows, as a custom runtime runs it.
const crypto = require('crypto')
const http = require('http')

let streams = 0

const pages = {
  '/sse' (request, response) {
    streams++
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'X-Pid': process.pid })
    let n = 0
    const timer = setInterval(() => response.write(`data: ${n++}\n\n`), 20)
    response.on('close', () => { streams--; clearInterval(timer) })
  },
  '/streams' (request, response) {
    response.end(String(streams))
  },
  '/echo' (request, response) {
    request.pipe(response)
  },
  async '/digest' (request, response) {
    const sum = crypto.createHash('sha256')
    for await (const part of request) sum.update(part)
    response.end(sum.digest('hex'))
  },
  async '/trailer' (request, response) {
    let text = ''
    for await (const part of request) text += part
    response.writeHead(200, { Trailer: 'X-Sum' })
    response.write(text)
    response.addTrailers({ 'X-Sum': 'of answer', 'X-Request-Sum': String(request.trailers['x-sum']), 'X-Fc-Forged': '1' })
    response.end()
  },
  '/hints' (request, response) {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.end('after the hints')
  },
  '/status' (request, response, query) {
    response.writeHead(Number(query.get('code')), { 'X-Asked': request.method })
    response.end()
  },
  '/half' (request, response) {
    response.writeHead(200, { 'Content-Length': '10' })
    response.write('half')
    setTimeout(() => response.destroy(), 50)
  },
  '/halfchunked' (request, response) {
    response.write('half')
    setTimeout(() => response.destroy(), 50)
  }
}

async function inspect (request, response) {
  const parts = []
  for await (const part of request) parts.push(part)
  response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2'])
  response.end(JSON.stringify({
    method: request.method, url: request.url, raw: request.rawHeaders, body: Buffer.concat(parts).toString('base64')
  }))
}

http.createServer((request, response) => {
  const [path, query] = request.url.split('?')
  const page = pages[path] || inspect
  return page(request, response, new URLSearchParams(query))
}).listen(9000, '0.0.0.0')
