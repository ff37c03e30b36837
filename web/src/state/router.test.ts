import { expect, test } from 'vitest'
import { diffHref, noteHref, parseRoute, receiptHref } from './router.svelte'

test('every object has an address', () => {
  expect(parseRoute('/')).toEqual({ page: 'home' })
  expect(parseRoute('/w/W1')).toEqual({ page: 'board', workspace: 'W1' })
  expect(parseRoute('/w/w2/since')).toEqual({ page: 'since', workspace: 'W2' })
  expect(parseRoute('/s/S41')).toEqual({ page: 'session', session: 'S41', seq: null })
  expect(parseRoute('/s/s41/9020')).toEqual({ page: 'session', session: 'S41', seq: 9020 })
  expect(parseRoute('/calls')).toEqual({ page: 'inbox' })
  expect(parseRoute('/w/W1/calls')).toEqual({ page: 'calls', workspace: 'W1' })
  expect(parseRoute('/c/c88')).toEqual({ page: 'call', call: 'C88' })
  expect(parseRoute('/t/T12')).toEqual({ page: 'task', task: 'T12' })
})

test('a receipt has the address of what it is of', () => {
  for (const of of ['T12', 'S41', 'R7']) expect(parseRoute(receiptHref(of))).toEqual({ page: 'receipt', of })
  expect(parseRoute('/receipt/t12')).toEqual({ page: 'receipt', of: 'T12' })
  expect(parseRoute('/receipt/C1')).toMatchObject({ page: 'missing' })
})

test('a line of a diff has an address, whatever its file is called', () => {
  const place = (line: number | null): string | null =>
    new URL(diffHref('R7', 'a b/c&d.rs', line), 'http://localhost').searchParams.get('at')
  expect(place(12)).toBe('a b/c&d.rs:12')
  expect(place(null)).toBe('a b/c&d.rs')
})

test('a note is found by its id and by its path, whatever its name', () => {
  expect(parseRoute('/w/W1/notes')).toEqual({ page: 'notes', workspace: 'W1' })
  expect(parseRoute('/w/w1/notes/d9')).toEqual({ page: 'one-note', workspace: 'W1', note: 'D9' })
  const path = '.callboard/notes/über uns/100 % & mehr?.md'
  const href = noteHref('W1', path)
  expect(parseRoute(new URL(href, 'http://localhost').pathname)).toEqual({
    page: 'one-note',
    workspace: 'W1',
    note: path,
  })
  expect(parseRoute('/w/W1/notes/100%.md')).toMatchObject({ note: '100%.md' })
})

test('what leads nowhere says so', () => {
  for (const path of [
    '/w/W1/reviews',
    '/calls/C88',
    '/s/41x',
    '/t/T12/more',
    '/s/S41/9020/x',
    '/elsewhere',
  ]) {
    expect(parseRoute(path)).toEqual({ page: 'missing', path })
  }
})
