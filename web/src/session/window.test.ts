import { afterEach, expect, test, vi } from 'vitest'
import type { Event, EventPage } from '../api/types'
import { EventWindow, kindsParameter, merged } from './window.svelte'

const event = (i: number): Event => ({
  seq: i,
  session: 'S1',
  ordinal: i,
  at: null,
  kind: 'text',
  text: `${i}`,
})

/** Serves a session of `total` events, numbered from 1. */
function serve(total: () => number): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', (path: string) => {
    const query = new URL(path, 'http://x').searchParams
    const from = query.get('from') ?? ''
    asked.push(from)
    const limit = Number(query.get('limit'))
    const [where, value] = from.split(':')
    const n = Number(value)
    const first =
      where === 'end' ? total() - limit + 1 : where === 'after' ? n + 1 : where === 'before' ? n - limit : 1
    const last = where === 'before' ? n - 1 : Math.min(total(), Math.max(first, 1) + limit - 1)
    const events: Event[] = []
    for (let i = Math.max(1, first); i <= last; i += 1) events.push(event(i))
    const page: EventPage = {
      events,
      more_before: first > 1,
      more_after: last < total(),
      total: total(),
      shared: null,
      seq: total(),
    }
    return Promise.resolve(new Response(JSON.stringify(page)))
  })
  return asked
}

afterEach(() => vi.unstubAllGlobals())

test('the window grows at both ends without a gap', async () => {
  serve(() => 1000)
  const view = new EventWindow('S1')
  await view.open('end')
  expect([view.events[0]?.ordinal, view.events.length, view.moreBefore, view.moreAfter]).toEqual([
    801,
    200,
    true,
    false,
  ])
  await view.before()
  expect([view.events[0]?.ordinal, view.events.length]).toEqual([601, 400])
})

test('what is added at the end is read once, however often it is announced', async () => {
  let total = 1000
  const asked = serve(() => total)
  const view = new EventWindow('S1')
  await view.open('end')
  total = 1003
  await Promise.all([view.grow(), view.grow(), view.grow()])
  expect(view.events.at(-1)?.ordinal).toBe(1003)
  expect(asked.filter((from) => from === 'after:1000')).toHaveLength(1)
})

test('the far end is dropped when too much is loaded', async () => {
  serve(() => 100_000)
  const view = new EventWindow('S1')
  await view.open('end')
  for (let i = 0; i < 20; i += 1) await view.before()
  expect(view.events).toHaveLength(3000)
  expect(view.moreAfter).toBe(true)
  expect(view.events[0]?.ordinal).toBe(100_000 - 200 * 21 + 1)
})

test('an answer to what was asked before is dropped', async () => {
  serve(() => 1000)
  const view = new EventWindow('S1')
  await view.open('end')
  const late = view.before()
  await view.open('start')
  await late
  expect([view.events[0]?.ordinal, view.events.length]).toEqual([1, 200])
})

test('results come with the tools asked for', () => {
  expect(kindsParameter([])).toBeUndefined()
  expect(kindsParameter(['prompt'])).toBe('prompt')
  expect(kindsParameter(['prompt', 'edit'])).toBe('prompt,edit,result')
})

test('events are kept once and in order', () => {
  expect(merged([event(3), event(1)], [event(2), event(3)]).map((e) => e.ordinal)).toEqual([1, 2, 3])
})
