'use strict'
// The part of RFC 6455 that a chat needs: short text messages, ping and close.
const crypto = require('crypto')
const { EventEmitter } = require('events')

const TEXT = 1
const CLOSE = 8
const PING = 9
const PONG = 10
const LIMIT = 64 * 1024

// accept answers the request for a WebSocket, or refuses it and returns nothing.
exports.accept = function accept (request, connection, protocol) {
  const key = request.headers['sec-websocket-key']
  const offered = String(request.headers['sec-websocket-protocol']).split(/, */)
  if (!key || !offered.includes(protocol)) {
    connection.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    return
  }
  const sum = crypto.createHash('sha1').update(key + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64')
  connection.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${sum}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`)
  return new Socket(connection)
}

class Socket extends EventEmitter {
  constructor (connection) {
    super()
    this.connection = connection
    this.rest = Buffer.alloc(0)
    connection.on('data', data => this.read(data))
    connection.on('end', () => connection.end())
    connection.on('error', () => {})
    connection.on('close', () => this.emit('close'))
  }

  send (text) {
    this.frame(TEXT, Buffer.from(text))
  }

  frame (kind, payload) {
    const head = payload.length < 126
      ? Buffer.from([0x80 | kind, payload.length])
      : Buffer.from([0x80 | kind, 126, payload.length >> 8, payload.length & 255])
    this.connection.write(Buffer.concat([head, payload]))
  }

  read (data) {
    this.rest = Buffer.concat([this.rest, data])
    for (let frame = this.next(); frame; frame = this.next()) {
      if (frame.kind === TEXT) this.emit('text', frame.payload.toString())
      if (frame.kind === PING) this.frame(PONG, frame.payload)
      if (frame.kind === CLOSE) {
        this.frame(CLOSE, frame.payload)
        this.connection.end()
      }
    }
  }

  // next takes one whole frame; a client masks what it sends.
  next () {
    const rest = this.rest
    if (rest.length < 2) return
    const long = (rest[1] & 127) === 126
    const start = long ? 8 : 6
    if (rest.length < start) return
    const size = long ? rest.readUInt16BE(2) : rest[1] & 127
    if (size > LIMIT || (rest[1] & 127) === 127) {
      this.connection.destroy()
      return
    }
    if (rest.length < start + size) return
    const mask = rest.subarray(start - 4, start)
    const payload = rest.subarray(start, start + size).map((byte, n) => byte ^ mask[n % 4])
    this.rest = rest.subarray(start + size)
    return { kind: rest[0] & 15, payload }
  }
}
