import { expect, test } from 'vitest'
import type { NoteRow } from '../api/types'
import { fit, noteCommands } from './commands'

test('every word must fit, and beginnings fit best', () => {
  const command = { title: 'Move T12 to Review', also: 'card' }
  expect(fit(command, 'review')).toBeGreaterThan(fit(command, 'view'))
  expect(fit(command, 'mov rev')).toBeGreaterThan(0)
  expect(fit(command, 'card')).toBeGreaterThan(0)
  expect(fit(command, 'move backlog')).toBe(0)
  expect(fit(command, '')).toBe(1)
})

test('a decision is found by its title and first by its id', () => {
  const row = (id: string, title: string): NoteRow =>
    ({ workspace: 'W1', kind: 'decision', id, title, path: `.callboard/decisions/${id}.md` }) as NoteRow
  const [one, ten] = noteCommands([row('D1', 'Three fixtures'), row('D10', 'D1 fixtures')])
  if (!one || !ten) throw new Error('both are there')
  expect(fit(one, 'd1')).toBeGreaterThan(fit(ten, 'd1'))
  expect(fit(one, 'fixt')).toBeGreaterThan(0)
})
