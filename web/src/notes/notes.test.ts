import { expect, test } from 'vitest'
import type { NoteRow } from '../api/types'
import { fitting } from './notes.svelte'

const row = (more: Partial<NoteRow>): NoteRow => ({
  workspace: 'W1',
  path: '.callboard/notes/a.md',
  kind: 'note',
  id: null,
  title: 'A',
  summary: '',
  by: { session: null, agent: null, person: true },
  status: null,
  task: null,
  session: null,
  files: [],
  symbols: [],
  at: null,
  modified_at: null,
  ...more,
})

test('words are found in whatever a row shows, all of them', () => {
  const rows = [
    row({ kind: 'decision', id: 'D9', title: 'Count per account', files: ['src/bucket.rs'] }),
    row({ title: 'Data model', summary: 'Accounts and invoices' }),
  ]
  const titles = (kind: 'note' | 'decision' | null, typed: string) =>
    fitting(rows, kind, typed).map(({ title }) => title)
  expect(titles(null, 'account')).toEqual(['Count per account', 'Data model'])
  expect(titles('decision', 'ACCOUNT')).toEqual(['Count per account'])
  expect(titles(null, 'd9 bucket')).toEqual(['Count per account'])
  expect(titles(null, 'account nothing')).toEqual([])
})
