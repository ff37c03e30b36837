import { beforeEach, expect, test } from 'vitest'
import type { Candidate } from '../api/types'
import { Composing, quoted } from './compose.svelte'

beforeEach(() => sessionStorage.clear())
const origin = { session: 'S41', task: 'T12', files: ['src/a.rs'] }

test('a passage is quoted with its source', () => {
  expect(quoted('S41', { text: 'One.\n\n# Two', said: 'the agent said', seqs: [7] })).toBe(
    'S41#7, the agent said:\n\n> One.\n>\n> # Two',
  )
  expect(quoted('S41', { text: 'x'.repeat(5000), said: 'you said', seqs: [7] }).length).toBeLessThan(2100)
})

test('a second passage is added, and nothing that was written is lost', () => {
  const first = new Composing('W1', 'decision', 'S41')
  first.add('S41', { text: 'One', said: 'you said', seqs: [7] }, origin)
  first.fields.title = 'Mine'
  first.keep()
  const again = new Composing('W1', 'decision', 'S41')
  again.add('S41', { text: 'Two', said: 'you said', seqs: [9, 10] }, origin)
  again.add('S41', { text: 'Two', said: 'you said', seqs: [9, 10] }, origin)
  expect(again.note).toMatchObject({
    title: 'Mine',
    body: 'S41#7, you said:\n\n> One\n\nS41#9, you said:\n\n> Two',
    task: 'T12',
    session: 'S41',
    files: ['src/a.rs'],
    sources: ['S41#7', 'S41#9', 'S41#10'],
  })
  again.discard()
  expect(new Composing('W1', 'decision', 'S41').begun).toBe(false)
})

test('a draft that nobody wrote in holds the last passage only', () => {
  const first = new Composing('W1', 'decision', 'S41')
  expect(first.add('S41', { text: 'One', said: 'you said', seqs: [7] }, origin)).toBeNull()
  const again = new Composing('W1', 'decision', 'S41')
  expect(again.add('S41', { text: 'Two', said: 'you said', seqs: [9] }, origin)).toBeNull()
  expect(again.note).toMatchObject({ body: 'S41#9, you said:\n\n> Two', sources: ['S41#9'], task: 'T12' })
  again.fields.why = 'Mine'
  const third = { text: 'Three', said: 'you said', seqs: [11] }
  expect(again.add('S41', third, origin)).toBe(again.fields.body.indexOf('S41#11'))
  expect(again.add('S41', { text: 'Four', said: 'you said', seqs: [13] }, origin)).not.toBeNull()
  expect(again.note).toMatchObject({ why: 'Mine', sources: ['S41#9', 'S41#11', 'S41#13'] })
  again.fields.why = ''
  expect(again.untouched).toBe(false)
})

test('a candidate is edited apart from what is being written', () => {
  const form = new Composing('W1', 'decision', 'S41')
  form.fields.title = 'Mine'
  const candidate: Candidate = {
    session: 'S41',
    key: 'use:1',
    handle: 'S41#8',
    from: 'refused',
    kind: 'decision',
    title: 'Pad by hand',
    body: '',
    why: '',
    ruled_out: [{ what: 'left-pad', why: 'Pad by hand' }],
    cites: ['S41#7', 'S41#8'],
    by_agent: false,
    at: null,
    state: 'open',
    note: null,
  }
  form.fill(candidate, 'T12')
  expect(form.note).toMatchObject({ title: 'Pad by hand', task: 'T12', sources: ['S41#7', 'S41#8'] })
  form.fields.why = 'Fewer updates'
  form.keep()
  const again = new Composing('W1', 'decision', 'S41')
  expect(again.fields.title).toBe('Mine')
  again.fill(candidate, null)
  expect(again.fields.why).toBe('Fewer updates')
  again.discard()
  expect(again.fields.title).toBe('Mine')
})

test('empty rows are not sent, and a note has none', () => {
  const decision = new Composing('W1', 'decision', null)
  decision.fields.ruledOut = [
    { what: ' A ', why: '' },
    { what: '', why: 'b' },
  ]
  expect(decision.note.ruled_out).toEqual([{ what: 'A', why: '' }])
  expect(new Composing('W1', 'note', null).note).not.toHaveProperty('ruled_out')
})
