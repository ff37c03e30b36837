// A daemon of fixtures: what the page needs for its development and its tests, and nothing else.
// Run: node mock/server.mjs [--port 4870] [--still] [--bare] [--importing]
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import { serveAsset } from './assets.mjs'
import { routes } from './routes.mjs'
import { simulate } from './simulation.mjs'
import { State } from './state.mjs'

const CSP =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'"

/** A picture that a prompt came with. */
const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 160"><rect width="320" height="160" fill="#fff"/>' +
  Array.from({ length: 30 }, (_, i) => {
    const height = 12 + 110 * Math.exp(-((i - 12) ** 2) / 18)
    return `<rect x="${12 + i * 10}" y="${146 - height}" width="7" height="${height}" fill="${height > 60 ? '#c4483b' : '#8a8a84'}"/>`
  }).join('') +
  '</svg>'

async function bytesOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const isFile = (request) => /^(?:image|text)\//.test(request.headers['content-type'] ?? '')

function stream(state, url, request, response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (entry) => response.write(`id: ${entry.seq}\ndata: ${JSON.stringify(entry)}\n\n`)
  const after = Number(request.headers['last-event-id'] ?? url.searchParams.get('after') ?? state.seq)
  const missed = state.after(after)
  response.write(': hello\n\n')
  if (missed === null) send({ seq: state.seq, type: 'reset' })
  else missed.forEach(send)
  state.readers.add(send)
  request.on('close', () => state.readers.delete(send))
}

/** Starts it; `port` 0 takes a free one. */
export async function start({ port = 0, still = false, period = 1500, ...fixtures } = {}) {
  const state = new State(fixtures)
  const control = { down: false, delayMs: 0, fail: null }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    response.setHeader('content-security-policy', CSP)
    if (control.down) return request.socket.destroy()
    if (url.pathname === '/api/stream') return stream(state, url, request, response)
    if (!url.pathname.startsWith('/api/'))
      return serveAsset(url.pathname, response, () => state.board(url.pathname.split('/')[2]))
    const json = (status, value) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(value === undefined ? '' : JSON.stringify(value))
    }
    if (url.pathname === '/api/blobs/burst') {
      response.writeHead(200, { 'content-type': 'image/svg+xml' })
      return response.end(PICTURE)
    }
    if (control.delayMs) await new Promise((resolve) => setTimeout(resolve, control.delayMs))
    if (control.fail && request.method !== 'GET') return json(control.fail.status, control.fail)
    try {
      const bytes = await bytesOf(request)
      const body = bytes.length > 0 && !isFile(request) ? JSON.parse(bytes.toString()) : {}
      const found = routes(state, request.method, url, body, bytes)
      if (found?.bytes) {
        response.writeHead(200, { 'content-type': found.type, 'x-content-type-options': 'nosniff' })
        response.end(found.bytes)
      } else if (found?.text !== undefined) {
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
        response.end(found.text)
      } else if (found === null) json(404, { error: `Nothing is at ${url.pathname}.`, hint: null })
      else json(found.status ?? 200, found.body)
    } catch (error) {
      json(500, { error: `The mock daemon failed: ${error.stack}`, hint: null })
    }
  })
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = still ? () => {} : simulate(state, period)
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    state,
    control,
    /** Breaks every open connection, as a stopped daemon does. */
    cut: () => server.closeAllConnections(),
    close: () => {
      stop()
      server.closeAllConnections()
      server.close()
    },
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const flag = (name) => process.argv.includes(`--${name}`)
  const at = process.argv.indexOf('--port')
  const { url } = await start({
    port: at < 0 ? 4870 : Number(process.argv[at + 1]),
    still: flag('still'),
    bare: flag('bare'),
    importing: flag('importing'),
  })
  console.log(url)
}
