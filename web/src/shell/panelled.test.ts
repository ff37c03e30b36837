import { expect, test } from 'vitest'
import { panelPart } from './panelled'

test('forms and briefs are parts of the panel, things with a page are not', () => {
  expect(panelPart('brief-S41')).toEqual({ what: 'brief', of: 'S41' })
  expect(panelPart('brief-T12')).toEqual({ what: 'brief', of: 'T12' })
  for (const of of ['T12', 'S41', 'R7']) expect(panelPart(`receipt-${of}`)).toEqual({ what: 'receipt', of })
  expect(panelPart('handoff-S41')).toEqual({ what: 'handoff', of: 'S41' })
  expect(panelPart('decision')).toEqual({ what: 'decision', of: null })
  expect(panelPart('note-S41')).toEqual({ what: 'note', of: 'S41' })
  expect(panelPart('share')).toEqual({ what: 'share', of: null })
  for (const id of [
    'T12',
    'S41',
    'C88',
    'brief',
    'handoff-T12',
    'brief-S41x',
    'receipt-C1',
    'brief-R7',
    'share-S41',
  ])
    expect(panelPart(id)).toBeNull()
})
