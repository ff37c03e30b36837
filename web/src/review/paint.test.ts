import hljs from 'highlight.js/lib/core'
import rust from 'highlight.js/lib/languages/rust'
import { expect, test } from 'vitest'
import { pieces, tokensOf } from './paint'

hljs.registerLanguage('rust', rust)
const tokens = (text: string) => tokensOf(hljs.highlight(text, { language: 'rust' }).value)

test('what highlight.js writes becomes places in lines', () => {
  const text = 'let a = "<&>";\nfn b() {}'
  const [first = [], second = []] = tokens(text)
  expect(first.map(([from, to, of]) => [text.slice(from, to), of])).toContainEqual(['"<&>"', 'string'])
  expect(second[0]).toEqual([0, 2, 'keyword'])
})

test('a comment over many lines colours each of them', () => {
  const lines = tokens('/* one\ntwo\nthree */ fn')
  expect(lines.map((line) => line[0]?.[2])).toEqual(['comment', 'comment', 'comment'])
  expect(lines[2]?.[0]).toEqual([0, 8, 'comment'])
})

test('colours and changed words are laid over each other, and no character is lost', () => {
  const text = 'let a = b;'
  const made = pieces(text, [[0, 3, 'keyword']], [[2, 5]])
  expect(made).toEqual([
    { text: 'le', of: 'keyword', strong: false },
    { text: 't', of: 'keyword', strong: true },
    { text: ' a', of: null, strong: true },
    { text: ' = b;', of: null, strong: false },
  ])
  expect(pieces('', [], [])).toEqual([])
  expect(
    pieces('ab', [[0, 9, 'x']], [])
      .map((piece) => piece.text)
      .join(''),
  ).toBe('ab')
})
