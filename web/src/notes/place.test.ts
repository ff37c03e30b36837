import { expect, test } from 'vitest'
import type { NoteLink } from '../api/types'
import { fileOf, grouped, idTarget, imageOf, pathFrom, resolvePath, splitFront, supersededIn } from './place'

test('front matter is cut off, and nothing else is', () => {
  expect(splitFront('---\nid: D9\n---\n\n# A')).toEqual({ front: '---\nid: D9\n---\n', body: '\n# A' })
  expect(splitFront('---\r\nid: D9\r\n---\r\n# A').body).toBe('# A')
  expect(splitFront('---\n---\nx').body).toBe('x')
  for (const text of ['# A\n\n---\n\nb', 'a\n---\nb\n---\n', '---\nnever closed']) {
    expect(splitFront(text)).toEqual({ front: '', body: text })
  }
})

test('paths lead from one file to another and back', () => {
  const decision = '.callboard/decisions/D9-x.md'
  expect(pathFrom(decision, '.callboard/notes/images/a.png')).toBe('../notes/images/a.png')
  expect(pathFrom('.callboard/notes/a.md', '.callboard/notes/images/a.png')).toBe('images/a.png')
  expect(resolvePath(decision, '../notes/images/a.png')).toBe('.callboard/notes/images/a.png')
  expect(resolvePath(decision, '../../src/lib.rs')).toBe('src/lib.rs')
  expect(resolvePath(decision, '../../../elsewhere')).toBeNull()
})

test('images are those beside the notes', () => {
  expect(imageOf('.callboard/notes/a.md', 'images/a%20b.png')).toBe('images/a b.png')
  expect(imageOf('.callboard/decisions/D9.md', '../notes/images/a.png')).toBe('images/a.png')
  expect(imageOf('.callboard/decisions/D9.md', 'images/a.png')).toBe('images/a.png')
  for (const named of [
    'https://example.com/a.png',
    '//example.com/a.png',
    '/etc/a.png',
    '../../a.png',
    'data:x',
  ]) {
    expect(imageOf('.callboard/notes/a.md', named), named).toBeNull()
  }
})

test('ids lead to what they name', () => {
  expect(idTarget('W1', 'S41#10234')).toBe('/s/S41/10234')
  expect(idTarget('W1', 'D9')).toBe('/w/W1/notes/D9')
  expect(idTarget('W1', 'R7')).toBe('/review/R7')
  for (const text of ['S0', 'T12x', 'D', 'git 1a2b3c4', '#432', 'S41#'])
    expect(idTarget('W1', text)).toBeNull()
})

test('what it supersedes is read of its front matter only', () => {
  const of = (keys: string): string[] => supersededIn(`---\nid: D9\n${keys}\ntask: T1\n---\nsupersedes: [D8]`)
  expect(of('supersedes: [D3, d4]')).toEqual(['D3', 'D4'])
  expect(of('supersedes:\n  - D3\n- D4')).toEqual(['D3', 'D4'])
  expect(of('supersedes: D3')).toEqual(['D3'])
  expect(of('status: decided')).toEqual([])
  expect(supersededIn('supersedes: [D8]')).toEqual([])
})

test('events of a session are listed together, each once', () => {
  const event = (target: string): NoteLink => ({
    kind: 'event',
    target,
    title: null,
    missing: false,
    path: null,
  })
  const task: NoteLink = { kind: 'task', target: 'T1', title: null, missing: false, path: null }
  const links = [event('S1#1'), task, event('S2#2'), event('S1#3'), event('S1#1'), task]
  expect(grouped(links).map((group) => group.map(({ target }) => target))).toEqual([
    ['S1#1', 'S1#3'],
    ['T1'],
    ['S2#2'],
    ['T1'],
  ])
})

test('what is attached lies beside the notes, and other files where their path says', () => {
  const note = '.callboard/decisions/D5-cents.md'
  expect(fileOf(note, 'attachments/7602c8d5289fd962.eml')).toBe(
    '.callboard/notes/attachments/7602c8d5289fd962.eml',
  )
  expect(fileOf(note, 'attachments/send.py')).toBe('attachments/send.py')
  expect(fileOf(note, '../../src/lib.rs')).toBe('src/lib.rs')
  expect(fileOf(note, 'src/lib.rs')).toBe('src/lib.rs')
})
