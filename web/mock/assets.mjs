import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const DIST = fileURLToPath(new URL('../dist', import.meta.url))
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

/** Serves the built page; a path that is no file gets the page itself, with the board in it. */
export async function serveAsset(path, response, board) {
  const file = normalize(join(DIST, path))
  if (TYPES[extname(path)] && file.startsWith(DIST)) {
    try {
      const content = await readFile(file)
      response.writeHead(200, { 'content-type': TYPES[extname(file)] })
      return response.end(content)
    } catch {
      response.writeHead(404)
      return response.end()
    }
  }
  const page = await readFile(join(DIST, 'index.html'), 'utf8')
  // Only `<` can end a script element early.
  const json = JSON.stringify(board()).replaceAll('<', '\\u003c')
  const inlined = page.replace(
    '</body>',
    () => `<script type="application/json" id="board">${json}</script></body>`,
  )
  response.writeHead(200, { 'content-type': TYPES['.html'], 'cache-control': 'no-store' })
  response.end(inlined)
}
