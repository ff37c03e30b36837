import { expect, test } from 'vitest'
import css from './tokens.css?raw'

/** The colours of the block after `selector`. */
function colours(selector: string): Record<string, string> {
  const from = css.indexOf('{', css.indexOf(selector))
  const block = css.slice(from, css.indexOf('}', from))
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, k, v]) => [k, v]))
}

function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const BLOCKS = [':root {', ":root[data-theme='dark'] {", ":root:not([data-theme='light']) {"]

test.each(BLOCKS)('text on every ground is readable (AA): %s', (selector) => {
  const set = colours(selector)
  for (const ink of ['text', 'soft', 'faint', 'accent', 'good', 'bad']) {
    for (const ground of ['canvas', 'surface', 'hover']) {
      expect(contrast(set[ink] ?? '', set[ground] ?? ''), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  }
  expect(contrast(set.accent ?? '', set['accent-wash'] ?? '')).toBeGreaterThanOrEqual(4.5)
  expect(contrast(set.good ?? '', set['good-wash'] ?? '')).toBeGreaterThanOrEqual(4.5)
  expect(contrast(set.bad ?? '', set['bad-wash'] ?? '')).toBeGreaterThanOrEqual(4.5)
  expect(contrast(set.text ?? '', set.mark ?? '')).toBeGreaterThanOrEqual(4.5)
})

test.each(BLOCKS)('code is readable on every ground of a diff (AA): %s', (selector) => {
  const set = colours(selector)
  const of = (name: string): string => set[name] ?? ''
  const grounds = ['surface', 'good-wash', 'bad-wash', 'moved-wash']
  for (const ground of [...grounds, 'good-strong', 'bad-strong']) {
    for (const ink of ['text', 'code-keyword', 'code-string', 'code-comment', 'code-number', 'code-type']) {
      expect(contrast(of(ink), of(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  }
  for (const ground of ['canvas', ...grounds]) {
    for (const ink of ['faint', ...[1, 2, 3, 4, 5, 6].map((n) => `member-${n}`)]) {
      expect(contrast(of(ink), of(ground)), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
    }
  }
})

test('the dark theme is the same, chosen or the system’s', () => {
  expect(colours(BLOCKS[1] ?? '')).toEqual(colours(BLOCKS[2] ?? ''))
})
