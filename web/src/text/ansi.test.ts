import { expect, test } from 'vitest'
import { ansi, plain, settled } from './ansi'

test('colours become classes', () => {
  expect(ansi('a \u001b[1m\u001b[31merror\u001b[0m b')).toEqual([
    { text: 'a ', style: '' },
    { text: 'error', style: 'bold red' },
    { text: ' b', style: '' },
  ])
})

test('other controls are dropped', () => {
  expect(ansi('\u001b]0;title\u0007x\u001b[2K\u001b[1Ay\u0007')).toEqual([{ text: 'xy', style: '' }])
  expect(plain('\u001b]8;;https://example.com\u001b\\link\u001b]8;;\u001b\\')).toBe('link')
})

test('colours beyond the palette do not leak their numbers', () => {
  expect(ansi('\u001b[38;5;196mred\u001b[38;2;1;2;31mtrue')).toEqual([{ text: 'redtrue', style: '' }])
})

test('a rewritten line shows its last form', () => {
  expect(settled('10%\r50%\r100%\ndone\r\n')).toBe('100%\ndone\n')
})

test('returns at the end of a line rewrite nothing', () => {
  expect(settled('one\r\ntwo\r\r\n\r\n10%\r50%\r')).toBe('one\ntwo\n\n50%')
})

test('a long line is settled in time that grows with it, not with its square', () => {
  const line = 'x'.repeat(150_000)
  const begin = performance.now()
  expect(settled(`a\r\n${line}`)).toBe(`a\n${line}`)
  expect(settled(`${'50%\r'.repeat(20_000)}done\n${line}`)).toBe(`done\n${line}`)
  expect(performance.now() - begin).toBeLessThan(1000)
})
