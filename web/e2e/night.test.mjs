// A night: what became of its tasks, and the next one begun and ended.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, row } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/night')
  page = view.page
  await task('T13').waitFor()
})
after(() => view.close())

const task = (id) => page.locator(`[data-night-task="${id}"]`)
const state = () => view.daemon.state

test('the morning tells what became of each task, and what waits for an answer', async () => {
  await page.getByText('2 of 5 finished, 1 waits for an answer').waitFor()
  await task('T18').getByText('usage limit reached').waitFor()
  await task('T20').getByText('is not on the path').waitFor()
  await task('T13').getByRole('link', { name: 'C81 asks' }).click()
  await page.locator('aside', { hasText: 'C81' }).first().waitFor()
  await page.keyboard.press('Escape')
})

test('a night is begun with tasks chosen by keys, in the order of the board', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  await row(page, 'T21').waitFor()
  await row(page, 'T21').focus()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('in the night')
  await page.keyboard.press('Enter')
  const form = page.locator('form')
  await form.getByRole('checkbox', { name: /^T21/ }).waitFor()
  assert.equal(await form.getByRole('checkbox', { name: /^T21/ }).isChecked(), true)
  await form.getByRole('checkbox').first().focus()
  await page.keyboard.press('Space')
  await form.getByLabel('Nothing more after').fill('')
  await form.getByLabel('At a time').fill('1')
  await form.getByRole('button', { name: 'Begin with 2 tasks' }).click()
  await page.getByText('until all is done').waitFor()
  const [asked] = state().nights
  assert.equal(asked.tasks.length, 2)
  assert.equal(asked.tasks.at(-1), 'T21')
  assert.deepEqual([asked.until, asked.running], [null, 1])
  await page.getByText('the machine may fall asleep').waitFor()
})

test('it goes on as its sessions do, and ends when told', async () => {
  state().night.tasks[0].outcome = 'finished'
  state().changeOwned(1, {})
  await page.getByText('1 of 2 finished').waitFor()
  await page.getByRole('button', { name: 'End', exact: true }).click()
  await page.getByText('ends with what is worked on').waitFor()
  await page.getByRole('button', { name: 'End now' }).click()
  await page.getByRole('heading', { name: 'Another night' }).waitFor()
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
