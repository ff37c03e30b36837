import { expect, test } from 'vitest'
import type { Event, EventPage } from '../api/types'
import { foundWords } from './find'
import { Finder } from './finder'

const say = (seq: number, text: string): Event =>
  ({ seq, session: 'S1', ordinal: seq, at: null, kind: 'text', text }) as Event
const run = (seq: number, command: string): Event =>
  ({ seq, session: 'S1', ordinal: seq, at: null, kind: 'command', tool_use_id: 'u1', command }) as Event
const came = (seq: number, text: string): Event =>
  ({ seq, session: 'S1', ordinal: seq, at: null, kind: 'result', tool_use_id: 'u1', text }) as Event

const PAGE = 2
const asked: string[] = []

/** A finder that begins at the events `from` to `to` of `all`. */
function finder(words: string, all: Event[], from: number, to: number): Finder {
  asked.length = 0
  const read = (where: string): Promise<EventPage> => {
    asked.push(where)
    const [side, seq] = where.split(':')
    const at = all.findIndex((event) => event.seq === Number(seq))
    const events =
      side === 'before' ? all.slice(Math.max(0, at - PAGE), at) : all.slice(at + 1, at + 1 + PAGE)
    return Promise.resolve({
      events,
      more_before: side === 'before' && at - PAGE > 0,
      more_after: side === 'after' && at + 1 + PAGE < all.length,
    } as EventPage)
  }
  const part = { events: all.slice(from, to), moreBefore: from > 0, moreAfter: to < all.length }
  return new Finder(words, part, read, () => true)
}

const always = () => true
const texts = ['a fox', 'b', 'c', 'd fox', 'e', 'f', 'g fox', 'h']
const all = texts.map((text, i) => say(i + 1, text))

test('what is loaded is not asked for', async () => {
  const own = finder('fox', all, 2, 8)
  const place = { seq: 8, ordinal: 8 }
  expect((await own.next(place, -1, true, always))?.seq).toBe(7)
  expect((await own.next({ seq: 7, ordinal: 7 }, -1, false, always))?.seq).toBe(4)
  expect(asked).toEqual([])
})

test('it goes on page by page, in either direction, until there is no more', async () => {
  const own = finder('fox', all, 4, 6)
  const place = { seq: 5, ordinal: 5 }
  expect((await own.next(place, -1, true, always))?.seq).toBe(4)
  expect((await own.next({ seq: 4, ordinal: 4 }, -1, false, always))?.seq).toBe(1)
  expect(await own.next({ seq: 1, ordinal: 1 }, -1, false, always)).toBeNull()
  expect((await own.next(place, 1, false, always))?.seq).toBe(7)
  expect(own.hits.map(({ seq }) => seq)).toEqual([1, 4, 7])
  expect(own.complete).toBe(true)
})

test('a use and its result on two pages are one place', async () => {
  const halves = [say(1, 'x'), run(2, 'cargo fox'), came(3, 'fox, too'), say(4, 'y')]
  const earlier = finder('fox', halves, 2, 4)
  await earlier.rest(9, always, () => {})
  expect(earlier.hits.map(({ seq }) => seq)).toEqual([2])
  const later = finder('too', halves, 0, 2)
  await later.rest(9, always, () => {})
  expect(later.hits.map(({ seq }) => seq)).toEqual([2])
})

test('what nobody waits for any more is not read', async () => {
  const own = finder('cat', all, 4, 6)
  expect(await own.next({ seq: 5, ordinal: 5 }, -1, true, () => false)).toBeNull()
  expect(asked).toEqual([])
})

test('names of fields and ids are not words', async () => {
  const own = finder('u1', [run(1, 'ls'), came(2, 'nothing')], 0, 2)
  expect(own.hits).toEqual([])
  expect(finder('tool_use', [run(1, 'ls')], 0, 1).hits).toEqual([])
})

test('what was found is told in words', () => {
  const found = { nth: 2, many: 3, complete: true, end: false }
  expect(foundWords(found)).toBe('2 of 3')
  expect(foundWords({ ...found, complete: false })).toBe('3 or more')
  expect(foundWords({ ...found, end: true })).toBe('No more in this direction')
  expect(foundWords({ nth: 0, many: 0, complete: true, end: true })).toBe('Not found')
})
