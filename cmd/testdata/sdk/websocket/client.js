'use strict'
// WebSockets through the emulator, by the client that most Node programs use. It ends at the first
// step that fails; "hold" leaves connections open until the emulator ends them.
const assert = require('assert')
const http = require('http')
const https = require('https')
const { once } = require('events')
const WebSocket = require('ws')

const secure = process.argv[2].startsWith('https://') ? 's' : ''
const address = process.argv[2].replace(/^https?:\/\//, '')

function open (path, { host, protocols = [], ...options } = {}) {
  const socket = new WebSocket(`ws${secure}://${address}${path}`, protocols, { headers: host ? { Host: host } : {}, ...options })
  socket.ended = new Promise(resolve => socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })))
  socket.on('error', () => {})
  return socket
}

async function opened (...args) {
  const socket = open(...args)
  await Promise.race([once(socket, 'open'), socket.ended.then(end => { throw new Error(`ended with ${end.code}`) })])
  return socket
}

async function ask (socket, text) {
  socket.send(text)
  const [data, binary] = await once(socket, 'message')
  return binary ? data : String(data)
}

function get (path, options = {}) {
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(`http${secure}://${address}${path}`, options, async response => {
      let text = ''
      for await (const part of response) text += part
      resolve({ status: response.statusCode, headers: response.headers, text })
    })
    request.on('error', reject)
    request.end(options.body)
  })
}

async function until (what, holds) {
  for (const limit = Date.now() + 10000; Date.now() < limit;) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`not within ten seconds: ${what}`)
}

const last = async () => JSON.parse((await get('/proxy/many/live')).text)

const steps = {
  async 'default domain, header, sub-protocol' () {
    const socket = await opened('/a%2Fb//c?x=1&x=2', { host: 'many.localhost', protocols: ['other', 'chat'], origin: 'https://elsewhere.example' })
    assert.strictEqual(socket.protocol, 'chat')
    const seen = JSON.parse(await ask(socket, 'request'))
    assert.strictEqual(seen.url, '/a%2Fb//c?x=1&x=2')
    assert.strictEqual(seen.headers.host, 'many.localhost')
    assert.strictEqual(seen.headers.origin, 'https://elsewhere.example')
    assert.strictEqual(seen.headers['x-fc-control-path'], '/http-invoke')
    assert.ok(seen.headers['x-fc-request-id'] && seen.raw.includes('Sec-WebSocket-Key'))
    socket.close()
    await socket.ended
  },
  async 'path domain, text and binary' () {
    const socket = await opened('/proxy/many/x')
    for (const size of [0, 1, 125, 126, 65535, 65536, 3 << 20]) {
      const data = Buffer.alloc(size, 'äß')
      assert.ok(data.equals(await ask(socket, data)), `${size} bytes`)
    }
    assert.strictEqual(await ask(socket, 'ü'), 'ü')
    socket.close()
    await socket.ended
  },
  async 'a first frame together with the answer' () {
    const socket = open('/proxy/many/greet')
    const [data] = await once(socket, 'message')
    assert.strictEqual(String(data), 'hello')
    socket.close()
    await socket.ended
  },
  async 'ping both ways' () {
    const socket = await opened('/proxy/many/')
    assert.strictEqual(await ask(socket, 'ping'), 'pong abc')
    socket.ping('xyz')
    const [data] = await once(socket, 'pong')
    assert.strictEqual(String(data), 'xyz')
    socket.close()
    await socket.ended
  },
  async 'close codes both ways' () {
    let socket = await opened('/proxy/many/')
    socket.close(4001, 'enough')
    assert.deepStrictEqual(await socket.ended, { code: 4001, reason: 'enough' })
    await until('the function sees 4001', async () => (await last()).last === '4001 enough')
    socket = await opened('/proxy/many/')
    socket.send('close')
    assert.deepStrictEqual(await socket.ended, { code: 4002, reason: 'as asked' })
  },
  async 'no close frame is 1006, on both sides' () {
    let socket = await opened('/proxy/many/')
    socket.send('drop')
    assert.strictEqual((await socket.ended).code, 1006)
    socket = await opened('/proxy/many/')
    assert.strictEqual(await ask(socket, 'x'), 'x')
    socket.terminate()
    await until('the function sees 1006', async () => { const now = await last(); return now.last === '1006 ' && now.live === 0 })
  },
  async 'a refusal is passed on' () {
    const socket = open('/proxy/many/refuse')
    const [, response] = await once(socket, 'unexpected-response')
    let text = ''
    for await (const part of response) text += part
    assert.deepStrictEqual([response.statusCode, text], [403, 'no'])
  },
  async 'one connection is one invocation: it takes a place in its instance' () {
    const [one, two] = [await opened('/proxy/single/'), await opened('/proxy/single/')]
    const pid = async socket => JSON.parse(await ask(socket, 'request')).pid
    assert.notStrictEqual(await pid(one), await pid(two))
    const [three, four] = [await opened('/proxy/many/'), await opened('/proxy/many/')]
    assert.strictEqual(await pid(three), await pid(four))
    assert.strictEqual((await get('/proxy/many/', { method: 'POST', body: 'beside' })).text, 'beside')
    for (const socket of [one, two, three, four]) {
      socket.close()
      await socket.ended
    }
  },
  async 'ten at once, and requests go through' () {
    const sockets = await Promise.all(Array.from({ length: 10 }, () => opened('/proxy/many/')))
    for (const socket of sockets) assert.strictEqual(await ask(socket, 'x'), 'x')
    for (let n = 0; n < 20; n++) assert.strictEqual((await get('/proxy/many/', { method: 'POST', body: 'x' })).text, 'x')
    for (const socket of sockets) socket.close()
    await Promise.all(sockets.map(socket => socket.ended))
  },
  async 'the time-out cuts: 1006, and the instance lives' () {
    const began = Date.now()
    const socket = await opened('/proxy/brief/')
    const { pid } = JSON.parse(await ask(socket, 'request'))
    assert.strictEqual((await socket.ended).code, 1006)
    assert.ok(Date.now() - began > 900, 'too early')
    const next = await opened('/proxy/brief/')
    assert.strictEqual(JSON.parse(await ask(next, 'request')).pid, pid)
    next.close()
    await next.ended
  },
  async 'a function that dies is 1006, and the next connection gets a new one' () {
    let socket = await opened('/proxy/many/')
    socket.send('die')
    assert.strictEqual((await socket.ended).code, 1006)
    await until('there is a new one', async () => { // a client that is faster than the end meets the old one: 502
      socket = await opened('/proxy/many/').catch(() => null)
      return socket !== null
    })
    assert.strictEqual(await ask(socket, 'x'), 'x')
    socket.close()
    await socket.ended
  },
  async 'other protocols are left out' () {
    const answer = await get('/proxy/many/', { headers: { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' } })
    assert.deepStrictEqual([answer.status, answer.headers['x-asked']], [200, 'undefined'])
  }
}

async function walk () {
  for (const [name, step] of Object.entries(steps)) {
    console.log(name)
    const began = Date.now()
    await step()
    console.log(`  ${Date.now() - began} ms`)
  }
}

async function hold () {
  const sockets = await Promise.all(Array.from({ length: 5 }, () => opened('/proxy/many/')))
  for (const socket of sockets) socket.send('silence')
  console.log('held')
  for (const socket of sockets) assert.strictEqual((await socket.ended).code, 1006)
  console.log('all ended')
}

(process.argv[3] === 'hold' ? hold() : walk()).then(() => process.exit(0), error => { // idle connections do not matter
  console.error(error)
  process.exit(1)
})
