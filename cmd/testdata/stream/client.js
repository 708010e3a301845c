'use strict'
// HTTP through the emulator, by the client of Node. It ends at the first step that fails.
const assert = require('assert')
const crypto = require('crypto')
const http = require('http')
const { once } = require('events')

const [hostname, port] = process.argv[2].replace('http://', '').split(':')
const agent = new http.Agent({ keepAlive: true })

function start (path, { host = 'web.localhost', headers = {}, ...options } = {}) {
  return http.request({ hostname, port, path, agent, headers: { Host: host, ...headers }, ...options })
}

async function call (path, { body, ...options } = {}) {
  const request = start(path, options)
  request.end(body)
  const [response] = await once(request, 'response')
  const parts = []
  for await (const part of response) parts.push(part)
  return { status: response.statusCode, headers: response.headers, raw: response.rawHeaders, trailers: response.trailers, body: Buffer.concat(parts) }
}

const text = async (...args) => String((await call(...args)).body)
const inspect = async (...args) => JSON.parse(await text(...args))

// stream opens a stream of events and returns when the first is there.
async function stream (host) {
  const request = start('/sse', { host, agent: false })
  request.end()
  const [response] = await once(request, 'response')
  response.on('error', () => {})
  const [first] = await once(response, 'data')
  assert.match(String(first), /^data: 0\n\n/)
  return { pid: response.headers['x-pid'], end: () => { request.destroy() } }
}

async function until (what, holds) {
  for (const limit = Date.now() + 10000; Date.now() < limit;) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`not within ten seconds: ${what}`)
}

const steps = {
  async 'ten streams, and requests go through' () {
    const open = await Promise.all(Array.from({ length: 10 }, () => stream('web.localhost')))
    assert.strictEqual(new Set(open.map(one => one.pid)).size, 1)
    for (let n = 0; n < 50; n++) assert.strictEqual(await text('/echo', { method: 'POST', body: `x${n}` }), `x${n}`)
    assert.strictEqual(await text('/streams'), '10')
    for (const one of open) one.end()
    await until('the function sees that its clients have gone', async () => await text('/streams') === '0')
    const again = await stream('web.localhost')
    assert.strictEqual(again.pid, open[0].pid, 'the instance lives')
    again.end()
  },
  async 'ten streams over more instances' () {
    const open = await Promise.all(Array.from({ length: 10 }, () => stream('few.localhost')))
    assert.strictEqual(new Set(open.map(one => one.pid)).size, 5)
    assert.strictEqual(await text('/echo', { host: 'few.localhost', method: 'POST', body: 'x' }), 'x')
    for (const one of open) one.end()
  },
  async 'trailers both ways' () {
    const request = start('/trailer', { method: 'POST', headers: { Trailer: 'X-Sum' } })
    request.write('body')
    request.addTrailers({ 'X-Sum': 'of request' })
    request.end()
    const [response] = await once(request, 'response')
    for await (const part of response) assert.strictEqual(String(part), 'body')
    assert.deepStrictEqual({ ...response.trailers }, { 'x-sum': 'of answer', 'x-request-sum': 'of request' })
  },
  async '100 is the platform\'s, 103 ends here' () {
    const request = start('/echo', { method: 'POST', headers: { Expect: '100-continue' } })
    request.flushHeaders()
    await once(request, 'continue')
    request.end('continued')
    const [response] = await once(request, 'response')
    assert.strictEqual(String((await once(response, 'data'))[0]), 'continued')
    const hinted = start('/hints')
    hinted.on('information', () => assert.fail('a 103 came through'))
    hinted.end()
    const [answer] = await once(hinted, 'response')
    assert.strictEqual(String((await once(answer, 'data'))[0]), 'after the hints')
  },
  async 'answers without a body' () {
    for (const [method, code] of [['GET', 204], ['GET', 304], ['HEAD', 200], ['DELETE', 204], ['PATCH', 205]]) {
      const answer = await call(`/status?code=${code}`, { method })
      assert.deepStrictEqual([answer.status, answer.headers['x-asked'], answer.body.length], [code, method, 0])
    }
  },
  async 'paths as they are written' () {
    for (const path of ['/a%2Fb//c/../d?x=1&x=2&y=%00', '/%E4%BD%A0', '//', '//x//', '/./..', '/a;b=c/?', '/?', '/x?%zz', '/a?b?c=/d/../e', '/~!$&\'()*+,=:@']) {
      assert.strictEqual((await inspect(path)).url, path)
      assert.strictEqual((await inspect(`/proxy/web${path}`, { host: 'x' })).url, path)
    }
  },
  async 'repeated headers, cookies, forms' () {
    const seen = await inspect('/x', { headers: { 'X-One': ['a', 'b'], Cookie: 'c=1; d=2' } })
    const values = name => seen.raw.filter((_, n) => n % 2 === 1 && seen.raw[n - 1].toLowerCase() === name)
    assert.deepStrictEqual([values('x-one'), values('cookie')], [['a', 'b'], ['c=1; d=2']])
    const answer = await call('/x')
    assert.deepStrictEqual(answer.headers['set-cookie'], ['a=1; Path=/', 'b=2'])
    const forms = {
      'application/x-www-form-urlencoded': 'a=1&a=2&b=%20+%00',
      'multipart/form-data; boundary=xx': '--xx\r\nContent-Disposition: form-data; name="f"; filename="ä.bin"\r\n\r\n\u0000\u0001\r\n--xx--\r\n'
    }
    for (const [type, body] of Object.entries(forms)) {
      const form = await inspect('/x', { method: 'POST', headers: { 'Content-Type': type }, body })
      assert.strictEqual(Buffer.from(form.body, 'base64').toString(), body)
      assert.ok(form.raw.includes(type))
    }
  },
  async 'half an answer is not taken for a whole one' () {
    for (const path of ['/half', '/halfchunked']) await assert.rejects(call(path), /aborted|reset/i)
  },
  async '32 MB both ways, with and without a length' () {
    const body = crypto.randomBytes(32 << 20)
    const sum = crypto.createHash('sha256').update(body).digest('hex')
    for (const headers of [{ 'Content-Length': body.length }, { 'Transfer-Encoding': 'chunked' }]) {
      const one = async path => call(path, { method: 'POST', headers, body })
      const [digest, echo] = await Promise.all([one('/digest'), one('/echo')])
      assert.strictEqual(String(digest.body), sum)
      assert.ok(body.equals(echo.body))
    }
  }
}

async function walk () {
  for (const [name, step] of Object.entries(steps)) {
    console.log(name)
    await step()
  }
}

walk().then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
