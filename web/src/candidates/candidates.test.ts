import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Candidate } from '../api/types'
import { toasts } from '../state/toasts.svelte'
import { Candidates, saysOf } from './candidates.svelte'

const one = (handle: string): Candidate => ({
  session: 'S41',
  key: `use:${handle}`,
  handle,
  from: 'answered',
  kind: 'decision',
  title: 'Ids? Text',
  body: '',
  why: '',
  ruled_out: [],
  cites: [handle],
  by_agent: false,
  at: null,
  state: 'open',
  note: null,
})

let asked: [string, string][] = []
let answer: (path: string) => unknown = () => ({})
beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
    asked.push([init.method ?? 'GET', String(path).split('?')[0] ?? ''])
    const body = answer(String(path))
    const status = body === null ? 409 : 200
    return Promise.resolve(new Response(JSON.stringify(body ?? { error: 'It stands in D1.' }), { status }))
  })
})
afterEach(() => vi.unstubAllGlobals())

async function loaded(): Promise<Candidates> {
  answer = () => ({ candidates: [one('S41#2'), one('S41#1')], more: false })
  const candidates = new Candidates({ session: 'S41' })
  await candidates.load()
  return candidates
}

const handles = (candidates: Candidates): string[] => candidates.list.map(({ handle }) => handle)

test('what is dismissed goes at once, stays away, and comes back by undo', async () => {
  const candidates = await loaded()
  const before = candidates.load()
  const done = candidates.dismiss(one('S41#2'))
  expect(handles(candidates)).toEqual(['S41#1'])
  await Promise.all([before, done])
  expect(handles(candidates)).toEqual(['S41#1'])
  toasts.list.at(-1)?.action?.run()
  await vi.waitFor(() => expect(handles(candidates)).toEqual(['S41#2', 'S41#1']))
  expect(asked.map(([, path]) => path)).toContain('/api/candidates/reopen')
})

test('what could not be accepted is there again, with the reason', async () => {
  const candidates = await loaded()
  const list = answer
  answer = (path) => (path.includes('accept') ? null : list(path))
  await candidates.accept(one('S41#1'))
  await vi.waitFor(() => expect(handles(candidates)).toEqual(['S41#2', 'S41#1']))
  expect(toasts.list.at(-1)?.text).toContain('It stands in D1.')
})

test('an acceptance is taken back with its file', async () => {
  const candidates = await loaded()
  const list = answer
  const note = { id: 'D1', title: 'Ids? Text', workspace: 'W1', path: '.callboard/decisions/D1.md' }
  answer = (path) => (path.includes('accept') ? note : list(path))
  await candidates.accept(one('S41#1'))
  expect(toasts.list.at(-1)?.text).toBe('D1 is written down.')
  toasts.list.at(-1)?.action?.run()
  await vi.waitFor(() => expect(handles(candidates)).toEqual(['S41#2', 'S41#1']))
  expect(asked).toContainEqual(['DELETE', '/api/notes'])
})

test('what only rules something out says so once', () => {
  const ids = { what: '`ids` as numbers', why: '' }
  const says = (title: string, ...ruled_out: Candidate['ruled_out']) =>
    saysOf({ ...one('S41#1'), title, ruled_out })
  for (const title of ['ids as numbers', 'Not: `ids` as numbers', 'Not: ids as numbers'])
    expect(says(title, ids), title).toEqual({ title: 'Ruled out: `ids` as numbers', not: null })
  expect(says('Pad by hand', ids)).toEqual({ title: 'Pad by hand', not: '`ids` as numbers' })
  expect(says('Pad by hand')).toEqual({ title: 'Pad by hand', not: null })
})
