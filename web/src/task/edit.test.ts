import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TaskView } from '../api/types'
import { TextEdit } from './edit.svelte'

let task: TaskView
const sent: unknown[] = []

beforeEach(() => {
  sessionStorage.clear()
  sent.length = 0
  task = { id: 'T1', title: 'Old', body: 'Body', revision: 3, column: 'backlog' } as TaskView
  vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
    const answer = (status: number, body: unknown) =>
      Promise.resolve(new Response(JSON.stringify(body), { status }))
    if (init.method === 'GET') return answer(200, { task, sessions: [], history: [] })
    const change = JSON.parse(String(init.body)) as { revision: number }
    sent.push({ path, ...change })
    if (change.revision < task.revision)
      return answer(409, { error: 'T1 has been changed since.', hint: null })
    task = { ...task, ...change, revision: task.revision + 1 }
    return answer(200, task)
  })
})
afterEach(() => vi.unstubAllGlobals())

test('a text is kept until it is saved', async () => {
  const edit = new TextEdit('T1', 'title')
  edit.begin(task)
  edit.write('New')
  expect(new TextEdit('T1', 'title').text).toBe('New')
  await edit.save()
  expect(task.title).toBe('New')
  expect(new TextEdit('T1', 'title').text).toBeNull()
})

test('a change of another field does not stand against saving', async () => {
  const edit = new TextEdit('T1', 'title')
  edit.begin(task)
  edit.write('New')
  task = { ...task, body: 'Other', revision: 4 }
  await edit.save()
  expect(task).toMatchObject({ title: 'New', body: 'Other' })
  expect(edit.text).toBeNull()
})

test('a change of the same field is shown, and neither is lost', async () => {
  const edit = new TextEdit('T1', 'title')
  edit.begin(task)
  edit.write('Mine')
  task = { ...task, title: 'Theirs', revision: 4 }
  await edit.save()
  expect([edit.text, edit.theirs, task.title]).toEqual(['Mine', 'Theirs', 'Theirs'])
  await edit.keepMine()
  expect(task.title).toBe('Mine')
})

test('a refused save keeps the text', async () => {
  const edit = new TextEdit('T1', 'body')
  edit.begin(task)
  edit.write('Long work')
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('offline')))
  await edit.save()
  expect(edit.text).toBe('Long work')
  expect(new TextEdit('T1', 'body').text).toBe('Long work')
})

test('an empty title is not saved', async () => {
  const edit = new TextEdit('T1', 'title')
  edit.begin(task)
  edit.write('  ')
  await edit.save()
  expect(sent).toEqual([])
})
