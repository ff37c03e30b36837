import { expect, test } from 'vitest'
import { reconcile } from './reconcile'

/** `target`, and the names of the fields written to it. */
function recorded<T extends object>(target: T): { proxy: T; written: string[] } {
  const written: string[] = []
  const proxy = new Proxy(target, {
    set(object, name, value) {
      written.push(String(name))
      return Reflect.set(object, name, value)
    },
  })
  return { proxy, written }
}

test('only what differs is written', () => {
  const { proxy, written } = recorded({ a: 1, list: ['x', 'y'], nested: { b: 2 }, same: null })
  reconcile(proxy, { a: 2, list: ['x', 'y'], nested: { b: 2 }, same: null })
  expect(written).toEqual(['a'])
})

test('nested fields are changed in place', () => {
  const target = { facts: { turn: { is: 'idle', at: null as string | null } } }
  const { turn } = target.facts
  reconcile(target, { facts: { turn: { is: 'working', at: 'now' } } })
  expect(target.facts.turn).toBe(turn)
  expect(turn).toEqual({ is: 'working', at: 'now' })
})

test('a list that changed is replaced, and a field that is gone is removed', () => {
  const target: Record<string, unknown> = { files: ['a'], gone: 1 }
  reconcile(target, { files: ['a', 'b'] })
  expect(target).toEqual({ files: ['a', 'b'] })
})
