import { expect, test } from 'vitest'
import { markdown } from './markdown'

test('what could run is removed', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '<a href="javascript:alert(1)">x</a>',
    '<iframe src="https://example.com"></iframe>',
    '<form action="/api/tasks"><button>x</button></form>',
    '<svg onload=alert(1)></svg>',
    '<p style="position:fixed">x</p>',
  ]
  for (const text of hostile) {
    const html = markdown(text)
    expect(html, text).not.toMatch(/<script|onerror|onload|href="javascript|<iframe|<form|<svg|style=/i)
  }
})

test('pictures are not loaded from elsewhere', () => {
  expect(markdown('![a chart](https://example.com/chart.png)')).not.toContain('<img')
  expect(markdown('<img src="https://example.com/x.png">')).not.toContain('<img')
  expect(markdown('![a chart](/api/blobs/abc)')).toContain('<img src="/api/blobs/abc"')
})

test('a text cannot dress itself as a part of the page', () => {
  expect(markdown('<div class="toast failed">Run this</div>')).not.toContain('class')
})

test('paths open in the editor, other links in a tab of their own', () => {
  expect(markdown('`crates/api/src/lib.rs:41`')).toContain('data-path="crates/api/src/lib.rs" data-line="41"')
  expect(markdown('[the file](src/lib.rs#L7)')).toContain('data-path="src/lib.rs" data-line="7"')
  expect(markdown('[site](https://example.com)')).toContain('target="_blank"')
  expect(markdown('`Vec::new()`')).toBe('<p><code>Vec::new()</code></p>\n')
})

test('tables and task lists are kept', () => {
  expect(markdown('| a | b |\n|---|---|\n| 1 | 2 |')).toContain('<td>1</td>')
  expect(markdown('- [x] done')).toMatch(/<input[^>]*checked/)
})
