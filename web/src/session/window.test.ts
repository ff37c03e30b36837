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

/** Holds back what is asked for; the returned function answers the first of those that ask `from`, well or not. */
function hold(): (from: string, well?: boolean) => Promise<void> {
  const answer = fetch as unknown as (path: string) => Promise<Response>
  const held: { from: string; release: (well: boolean) => void }[] = []
  vi.stubGlobal('fetch', (path: string) => {
    const response = answer(path)
    return new Promise((resolve) => {
      const from = new URL(path, 'http://x').searchParams.get('from') ?? ''
      const release = (well: boolean) => resolve(well ? response : new Response('{}', { status: 500 }))
      held.push({ from, release })
    })
  })
  return async (from, well = true) => {
    const at = held.findIndex((asked) => asked.from === from)
    if (at >= 0) held.splice(at, 1)[0]?.release(well)
    await new Promise((resolve) => setTimeout(resolve))
  }
}

const ordinals = (view: EventWindow) => view.events.map((event) => event.ordinal)
const run = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

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

test('what is added during a jump leaves no gap behind it', async () => {
  let total = 1000
  serve(() => total)
  const view = new EventWindow('S1')
  await view.open('end')
  const answer = hold()
  const jump = view.open('around:5')
  total = 1003
  void view.grow()
  void view.before()
  for (const from of ['around:5', 'after:1000', 'before:801']) await answer(from)
  expect(await jump).toBe(true)
  expect([view.events.at(-1)?.ordinal, view.moreBefore, view.moreAfter]).toEqual([200, false, true])
  expect(ordinals(view)).toEqual(run(1, 200))
})

test('what is added while the end is opened is read afterwards', async () => {
  let total = 1000
  serve(() => total)
  const view = new EventWindow('S1')
  const answer = hold()
  const opening = view.open('end')
  total = 1003
  await Promise.all([view.grow(), view.grow()])
  await answer('end')
  await opening
  await answer('after:1000')
  expect(ordinals(view)).toEqual(run(801, 1003))
})

test('a part that cannot be opened leaves the one that is shown as it was', async () => {
  let total = 1000
  const asked = serve(() => total)
  const view = new EventWindow('S1')
  await view.open('end')
  const answer = hold()
  const early = view.before()
  const jump = view.open('around:5', { kinds: ['edit'], file: null })
  total = 1003
  const late = view.before()
  void view.grow()
  await answer('before:801')
  await answer('around:5', false)
  expect([await jump, view.failure !== null]).toEqual([false, true])
  for (const from of ['after:1000', 'before:601']) await answer(from)
  await Promise.all([early, late])
  expect(ordinals(view)).toEqual(run(401, 1003))
  expect(view.blocks.length).toBeGreaterThan(0)
  expect(asked).toEqual(['end', 'before:801', 'around:5', 'after:1000', 'before:601'])
})

test('what is added while the last page is read is read after it', async () => {
  let total = 300
  serve(() => total)
  const view = new EventWindow('S1')
  await view.open('start')
  const answer = hold()
  const after = view.after()
  total = 303
  await view.grow()
  await answer('after:200')
  await answer('after:300')
  await after
  expect(ordinals(view)).toEqual(run(1, 303))
})

test('whoever asks for a page that is being read waits for it', async () => {
  serve(() => 1000)
  const view = new EventWindow('S1')
  await view.open('end')
  const answer = hold()
  void view.before()
  let answered = false
  const second = view.before().then(() => (answered = true))
  await answer('nothing')
  expect(answered).toBe(false)
  await answer('before:801')
  await second
  expect(ordinals(view)).toEqual(run(601, 1000))
})

test('results come with the tools asked for', () => {
  expect(kindsParameter([])).toBeUndefined()
  expect(kindsParameter(['prompt'])).toBe('prompt')
  expect(kindsParameter(['prompt', 'edit'])).toBe('prompt,edit,result')
})

test('events are kept once and in order', () => {
  expect(merged([event(3), event(1)], [event(2), event(3)]).map((e) => e.ordinal)).toEqual([1, 2, 3])
})
