import { beforeEach, expect, test } from 'vitest'
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

test('empty rows are not sent, and a note has none', () => {
  const decision = new Composing('W1', 'decision', null)
  decision.fields.ruledOut = [
    { what: ' A ', why: '' },
    { what: '', why: 'b' },
  ]
  expect(decision.note.ruled_out).toEqual([{ what: 'A', why: '' }])
  expect(new Composing('W1', 'note', null).note).not.toHaveProperty('ruled_out')
})
