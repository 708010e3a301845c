'use strict'
const http = require('http')
const { accept } = require('./socket')

const page = `<!doctype html><meta charset="utf-8"><title>Chat</title>
<form><input autofocus> <button>Say</button></form><ul></ul>
<script>
const socket = new WebSocket(location.href.replace('http', 'ws'), 'chat')
const line = text => { document.querySelector('ul').prepend(Object.assign(document.createElement('li'), { textContent: text })) }
socket.onmessage = event => line(event.data)
socket.onclose = event => line('closed: ' + event.code)
document.querySelector('form').onsubmit = event => {
  event.preventDefault()
  socket.send(document.querySelector('input').value)
  event.target.reset()
}
</script>`

const room = new Set()

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/html')
  response.end(page)
})

server.on('upgrade', (request, connection) => {
  const socket = accept(request, connection, 'chat')
  if (!socket) return
  room.add(socket)
  socket.on('text', text => { for (const other of room) other.send(text) })
  socket.on('close', () => room.delete(socket))
})

server.listen(9000, '0.0.0.0')
