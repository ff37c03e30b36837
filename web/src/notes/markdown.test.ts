import { expect, test } from 'vitest'
import type { NoteLink } from '../api/types'
import { namedBy, notePieces } from './markdown'

const html = (text: string, path = '.callboard/notes/a.md'): string =>
  notePieces(text, { workspace: 'W1', path })
    .map((piece) => (piece.kind === 'text' ? piece.html : `[${piece.source}]`))
    .join('|')

test('ids are links, in words and in code', () => {
  expect(html('See S41#10234, T12 (and D9).')).toBe(
    '<p>See <a href="/s/S41/10234">S41#10234</a>, <a href="/t/T12">T12</a> (and <a href="/w/W1/notes/D9">D9</a>).</p>\n',
  )
  expect(html('`S41#7`')).toContain('<a href="/s/S41/7"><code>S41#7</code></a>')
  expect(html('[see T12](https://example.com)').match(/<a/g)).toHaveLength(1)
  expect(html('- **R7**: x')).toContain('<a href="/review/R7">R7</a>')
})

test('what only looks like an id is none', () => {
  for (const text of ['HTTP2', 'aT12', 'T12b', 'x/T12', 'T12.rs', 'D0', 'ES2022', 'T12-limits']) {
    expect(html(text), text).not.toContain('<a')
  }
  expect(html('```\nT12\n```')).not.toContain('<a')
})

test('what is not there is no link, and says so', () => {
  const link = (kind: NoteLink['kind'], target: string, missing: boolean): NoteLink => ({
    kind,
    target,
    title: null,
    missing,
    path: null,
  })
  const links = [
    link('note', 'Nope', true),
    link('event', 'S9#1', true),
    link('note', 'gone.md', true),
    link('task', 'T12', false),
  ]
  const text = 'T12, T9, `D77`, S9#1, [[Nope]], [[Nope|that]], [[There]], [it](gone.md)'
  const shown = (whole: boolean): string =>
    notePieces(text, { workspace: 'W1', path: '.callboard/notes/a.md', named: namedBy(links, whole) })
      .map((piece) => (piece.kind === 'text' ? piece.html : ''))
      .join('')
  const missing = (inner: string): string => `<span class="missing">${inner}</span>`
  expect(shown(true)).toBe(
    `<p><a href="/t/T12">T12</a>, T9, <code>D77</code>, ${missing('S9#1')}, ${missing('Nope')}, ${missing('that')}, ` +
      `<a href="/w/W1/notes/There">There</a>, ${missing('it')}</p>\n`,
  )
  // What was typed since is not known to be missing.
  expect(shown(false)).toContain('<a href="/t/T9">T9</a>')
  expect(shown(false)).toContain(missing('Nope'))
})

test('notes, files and addresses lead where they are', () => {
  expect(html('[how](testing.md)')).toContain('href="/w/W1/notes/.callboard/notes/testing.md"')
  expect(html('[it](../../src/lib.rs#L7)')).toContain('data-path="src/lib.rs" data-line="7"')
  expect(html('[site](https://example.com)')).toContain('rel="noreferrer noopener"')
  expect(html('[[Keep three fixtures apart]]')).toContain('/w/W1/notes/Keep%20three%20fixtures%20apart')
  expect(html('[a file](docs/guide.md)', '.callboard/notes/a.md')).toContain(
    '/notes/.callboard/notes/docs/guide.md',
  )
})

test('images are shown from beside the notes only', () => {
  expect(html('![a](images/a.png)')).toContain('src="/api/notes/image?workspace=W1&amp;path=images%2Fa.png"')
  expect(html('![a](https://example.com/a.png)')).not.toContain('<img')
  expect(html('<img src="https://example.com/a.png">')).not.toContain('<img')
})

test('what could run is removed', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="/api/notes">x</a>',
    '<div class="toast failed" style="position:fixed">Run this</div>',
    '[[<img src=x onerror=alert(1)>]]',
    '![x](javascript:alert(1))',
  ]
  for (const text of hostile) {
    expect(html(text), text).not.toMatch(/<script|<img|href="(javascript|\/api)|class=|style=/i)
  }
})

test('diagrams are parts of their own, and links of the whole note hold', () => {
  const text = 'Before [a].\n\n```mermaid\nerDiagram\n```\n\nAfter [a].\n\n[a]: https://example.com\n'
  const parts = html(text).split('|')
  expect(parts).toHaveLength(3)
  expect(parts[1]).toBe('[erDiagram]')
  expect(parts[0]).toContain('https://example.com')
  expect(parts[2]).toContain('https://example.com')
})
