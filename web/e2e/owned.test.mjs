// Sessions that Callboard starts: asked for on a task, prompted, broken off, ended, gone on with.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { card, open, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/')
  page = view.page
  await card(page, 'T12').waitFor()
})
after(() => view.close())
const state = () => view.daemon.state
beforeEach(() => state().starts.splice(0))

const composer = () => page.locator('section.composer')
const goTo = async (id) => {
  await page.goto(`${view.daemon.url}/s/${id}`)
  await composer().waitFor()
}

test('one press on a card starts a session, and the card says how far it is', async () => {
  await card(page, 'T9').hover()
  await card(page, 'T9').getByRole('button', { name: 'Start', exact: true }).click()
  await card(page, 'T9').getByText('Its worktree is made').waitFor()
  assert.equal(state().starts[0].task, 'T9')
  const id = Math.max(...state().owned.keys())
  state().changeOwned(id, { state: 'running', session: 'S47' })
  await card(page, 'T9').getByText('Its worktree is made').waitFor({ state: 'detached' })
})

test('what waits says why, and can be taken out; what did not start says why', async () => {
  await card(page, 'T11').getByText('Waits: 4 sessions run, and no more than 4 may').waitFor()
  await card(page, 'T11').getByRole('button', { name: 'Do not start it' }).click()
  await card(page, 'T11').getByText('Waits:').waitFor({ state: 'detached' })
  assert.equal(state().owned.get(4).state, 'ended')
  await card(page, 'T20').getByText('Did not start: claude is not on the path').waitFor()
  await card(page, 'T20').getByRole('button', { name: 'Dismiss' }).click()
  await card(page, 'T20').getByText('Did not start').waitFor({ state: 'detached' })
})

test('how it is started can be chosen, and is remembered', async () => {
  await row(page, 'T21').focus()
  await page.keyboard.press('s')
  const form = page.getByRole('dialog', { name: 'Start T21' })
  await form.getByLabel('Agent').selectOption('codex')
  await form.getByLabel('Mode', { exact: true }).fill('on-request/read-only')
  await form.getByLabel('Sessions').fill('2')
  await form.getByLabel('Prompt').fill('Only measure')
  await form.getByRole('button', { name: 'Start' }).click()
  await form.waitFor({ state: 'detached' })
  assert.deepEqual(state().starts[0], {
    task: 'T21',
    agent: 'codex',
    model: null,
    mode: 'on-request/read-only',
    prompt: 'Only measure',
    in_place: false,
    at_once: false,
    count: 2,
  })
  await card(page, 'T4').hover()
  await card(page, 'T4').getByRole('button', { name: 'Start', exact: true }).click()
  await until(
    () => state().starts.length,
    (n) => n === 2,
    page,
  )
  assert.equal(state().starts[1].agent, 'codex')
  await page.evaluate(() => localStorage.removeItem('callboard.start'))
})

test('a prompt is sent, and stands there until the agent begins it', async () => {
  await goTo('S41')
  await page.keyboard.press('i')
  await page.keyboard.type('Leave the health endpoints alone')
  await page.keyboard.press('Control+Enter')
  await composer().getByText('not begun yet').waitFor()
  assert.equal(await composer().locator('textarea').inputValue(), '')
  state().changeOwned(1, { prompts: [] })
  await composer().getByText('not begun yet').waitFor({ state: 'detached' })
})

test('a prompt that was not taken is kept, and the reason is told', async () => {
  await composer().locator('textarea').fill('And the docs')
  view.daemon.control.fail = { status: 409, error: 'S41 is over; nothing was sent', hint: null }
  await composer().getByRole('button', { name: 'Send' }).click()
  await page.locator('.toast', { hasText: 'S41 is over; nothing was sent' }).waitFor()
  view.daemon.control.fail = null
  await page.reload()
  await composer().waitFor()
  assert.equal(await composer().locator('textarea').inputValue(), 'And the docs')
})

test('files go back to before a prompt once the turn is over, and what was replaced is named', async () => {
  await composer().getByRole('button', { name: 'Go back…' }).click()
  const form = page.getByRole('dialog', { name: 'Go back in S41' })
  await form.getByText('A turn goes on').waitFor()
  assert.equal(await form.getByRole('button', { name: 'Go back' }).isDisabled(), true)
  state().changeSession('S41', { state: 'ready' })
  await form.getByLabel('Limit how many').check()
  await form.getByLabel('Only its files').check()
  await form.getByRole('button', { name: 'Go back' }).click()
  await form.getByText('refs/callboard/kept/S41-rewind-1').waitFor()
  await form.getByText('src/limits/bucket.test.ts').waitFor()
  assert.deepEqual(state().starts[0], { session: 'S41', rewind: { prompt: 'u1', files_only: true } })
  await page.keyboard.press('Escape')
  await form.waitFor({ state: 'detached' })
  state().changeSession('S41', { state: 'working' })
})

test('a turn is broken off, and a session is ended and goes on', async () => {
  await composer().getByRole('button', { name: 'Interrupt' }).click()
  await composer().getByRole('button', { name: 'Interrupt' }).waitFor({ state: 'detached' })
  await composer().getByRole('button', { name: 'Stop' }).click()
  await composer().getByRole('button', { name: 'Resume' }).click()
  await until(
    () => state().starts.length,
    (n) => n === 1,
    page,
  )
  assert.deepEqual(state().starts[0], { session: 'S41', prompt: 'And the docs' })
  await composer().getByRole('button', { name: 'Stop' }).waitFor()
})

test('a session that its user runs elsewhere is not written to from here', async () => {
  await page.goto(`${view.daemon.url}/s/S47`)
  await page.getByRole('heading', { name: 'Why does the staging deploy' }).waitFor()
  state().owned.clear()
  await page.goto(`${view.daemon.url}/s/S43`)
  await page.locator('section.bar').waitFor()
  assert.equal(await composer().count(), 0)
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
