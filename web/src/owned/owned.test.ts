import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { OwnedView, SessionView } from '../api/types'
import { OwnedStore } from './owned.svelte'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const owned = (more: Partial<OwnedView>): OwnedView =>
  ({ id: 1, task: 'T1', session: null, state: 'queued', waits: null, ...more }) as OwnedView
const answers = (answer: (path: string) => unknown): void =>
  void vi.stubGlobal('fetch', (path: string) => Promise.resolve(new Response(JSON.stringify(answer(path)))))

test('one that the stream tells of has its session, and is asked for no more', async () => {
  const store = new OwnedStore()
  const asked = vi.fn()
  answers(asked)
  store.put(owned({ state: 'starting' }))
  expect(store.ofTask('T1')).toHaveLength(1)
  store.put(owned({ state: 'running', session: 'S1' }))
  await vi.runAllTimersAsync()
  expect(asked).not.toHaveBeenCalled()
  expect(store.ofTask('T1')).toEqual([])
})

test('a list that was on its way neither loses nor undoes what was told meanwhile', async () => {
  const store = new OwnedStore()
  answers(() => [owned({ id: 2, state: 'ended', session: 'S2' }), owned({ id: 3, state: 'queued' })])
  store.put(owned({ id: 1 }))
  const read = store.load()
  store.put(owned({ id: 3, state: 'running', session: 'S3' }))
  store.put(owned({ id: 4 }))
  await read
  expect([...store.all.keys()].sort()).toEqual([2, 3, 4])
  expect(store.all.get(3)?.state).toBe('running')
})

test('a failed start is shown until it is dismissed', () => {
  const store = new OwnedStore()
  store.put(owned({ id: 1, state: 'failed', failure: 'no such program' }))
  store.put(owned({ id: 2, state: 'ended' }))
  expect(store.ofTask('T1').map(({ id }) => id)).toEqual([1])
  store.dismiss(1)
  expect(store.ofTask('T1')).toEqual([])
})

test('the newest that drives a session is the one that counts', () => {
  const store = new OwnedStore()
  store.put(owned({ id: 4, session: 'S1', state: 'running' }))
  const row = { id: 'S1', owned: owned({ id: 2, session: 'S1', state: 'ended' }) } as SessionView
  expect(store.of(row)?.id).toBe(4)
  expect(store.of({ id: 'S9', owned: null } as SessionView)).toBeNull()
})
