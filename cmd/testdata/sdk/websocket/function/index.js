'use strict'
// A server of WebSockets, as a custom runtime runs it.
const http = require('http')
const { WebSocketServer } = require('ws')

let live = 0
let last = ''
const server = http.createServer((request, response) => {
  if (request.url === '/live') return response.end(JSON.stringify({ live, last }))
  response.setHeader('X-Asked', String(request.headers.upgrade))
  request.pipe(response)
})
const sockets = new WebSocketServer({ noServer: true, handleProtocols: offered => offered.has('chat') && 'chat' })

server.on('upgrade', (request, connection, head) => {
  if (request.url.startsWith('/refuse')) {
    return connection.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno')
  }
  if (request.url.startsWith('/greet')) connection.cork() // the first frame in one packet with the answer
  sockets.handleUpgrade(request, connection, head, socket => {
    if (request.url.startsWith('/greet')) {
      socket.send('hello')
      connection.uncork()
    }
    serve(socket, request)
  })
})

function serve (socket, request) {
  live++
  socket.on('error', () => {})
  socket.on('close', (code, reason) => {
    live--
    last = `${code} ${reason}`
    console.log(`closed ${last}`)
  })
  const commands = {
    request: () => socket.send(JSON.stringify({ url: request.url, headers: request.headers, raw: request.rawHeaders, pid: process.pid })),
    close: () => socket.close(4002, 'as asked'),
    drop: () => socket.terminate(),
    die: () => process.exit(1),
    ping: () => { socket.once('pong', data => socket.send(`pong ${data}`)); socket.ping('abc') },
    silence: () => {}
  }
  socket.on('message', (data, binary) => {
    const command = !binary && commands[data.toString()]
    return command ? command() : socket.send(data, { binary })
  })
}

server.listen(9000, '0.0.0.0')
