import { expect, test } from 'vitest'
import { isTyping, keyName, resolve } from './keys.svelte'

const nothing = () => {}

test('keys are named as bindings name them', () => {
  const name = (init: KeyboardEventInit) => keyName(new KeyboardEvent('keydown', init))
  expect(name({ key: 'j' })).toBe('j')
  expect(name({ key: '?', shiftKey: true })).toBe('?')
  expect(name({ key: 'ArrowUp', shiftKey: true })).toBe('Shift+ArrowUp')
  expect(name({ key: 'K', ctrlKey: true })).toBe('Mod+k')
})

test('two keys in a row make one binding', () => {
  const stack = [{ 'g b': nothing }]
  const first = resolve(stack, null, 'g')
  expect(first).toEqual({ handler: null, pending: 'g' })
  expect(resolve(stack, first.pending, 'b')).toEqual({ handler: nothing, pending: null })
})

test('a second key that belongs to no pair counts by itself', () => {
  const j = () => {}
  expect(resolve([{ 'g b': nothing, j }], 'g', 'j').handler).toBe(j)
})

test('the binding added last wins', () => {
  const over = () => {}
  expect(resolve([{ j: nothing }, { j: over }], null, 'j').handler).toBe(over)
})

test('keys typed into a field are text', () => {
  const box = document.createElement('input')
  box.type = 'checkbox'
  expect(isTyping(document.createElement('textarea'))).toBe(true)
  expect(isTyping(document.createElement('input'))).toBe(true)
  expect(isTyping(box)).toBe(false)
  expect(isTyping(document.createElement('div'))).toBe(false)
})
