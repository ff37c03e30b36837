import { expect, test } from 'vitest'
import { fit } from './commands'

test('every word must fit, and beginnings fit best', () => {
  const command = { title: 'Move T12 to Review', also: 'card' }
  expect(fit(command, 'review')).toBeGreaterThan(fit(command, 'view'))
  expect(fit(command, 'mov rev')).toBeGreaterThan(0)
  expect(fit(command, 'card')).toBeGreaterThan(0)
  expect(fit(command, 'move backlog')).toBe(0)
  expect(fit(command, '')).toBe(1)
})
