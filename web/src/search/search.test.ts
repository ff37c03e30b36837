import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Search } from './search.svelte'

type Answer = (hits: string) => void
let waiting: { q: string; answer: Answer; signal: AbortSignal }[] = []

beforeEach(() => {
  waiting = []
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    const q = new URL(path, 'http://x').searchParams.get('q') ?? ''
    return new Promise((resolve) => {
      waiting.push({
        q,
        signal: init.signal as AbortSignal,
        answer: (title) =>
          resolve(new Response(JSON.stringify({ hits: [{ title }], truncated: false, notes: [] }))),
      })
    })
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what is typed quickly is asked once', async () => {
  const search = new Search(() => 'W1')
  for (const text of ['r', 're', 'ret']) search.type(text)
  await vi.advanceTimersByTimeAsync(60)
  expect(waiting.map(({ q }) => q)).toEqual(['ret'])
})

test('a late answer to an earlier query is dropped', async () => {
  const search = new Search(() => 'W1')
  search.type('old')
  await vi.advanceTimersByTimeAsync(60)
  search.type('new')
  await vi.advanceTimersByTimeAsync(60)
  expect(waiting[0]?.signal.aborted).toBe(true)
  waiting[1]?.answer('new hit')
  await vi.advanceTimersByTimeAsync(0)
  waiting[0]?.answer('old hit')
  await vi.advanceTimersByTimeAsync(0)
  expect([search.answered, search.results?.hits[0]?.title]).toEqual(['new', 'new hit'])
})

test('an emptied query shows nothing', async () => {
  const search = new Search(() => 'W1')
  search.type('old')
  await vi.advanceTimersByTimeAsync(60)
  search.type('')
  waiting[0]?.answer('old hit')
  await vi.advanceTimersByTimeAsync(0)
  expect(search.results).toBeNull()
})
