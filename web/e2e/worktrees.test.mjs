// Worktrees: what they hold and take, removed without a loss, brought back, adopted, collected.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, open, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/worktrees')
  page = view.page
  await row('T12-limit-requests-per-account').waitFor()
})
after(() => view.close())

const row = (name) => page.locator(`[data-worktree="${name}"]`)
const names = () =>
  page.locator('[data-worktree]').evaluateAll((all) => all.map((one) => one.dataset.worktree))
const press = (name, what) => row(name).getByRole('button', { name: what }).click()
const said = (text) => page.locator('.toast', { hasText: text }).first().waitFor()

test('those that are worked in come first, with what they hold', async () => {
  assert.deepEqual((await names()).slice(0, 2), ['T12-limit-requests-per-account', 'T13-refund-captured'])
  const text = await row('T12-limit-requests-per-account').innerText()
  for (const part of [
    'limits-per-account',
    'T12',
    'S41',
    '6 files not committed',
    '3 commits only here',
    '2.3 GB',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`)
})

test('a server that runs is on its card, is stopped, and another one started', async () => {
  const link = row('T12-limit-requests-per-account').getByRole('link', { name: 'http://localhost:4310' })
  await link.waitFor()
  await press('T12-limit-requests-per-account', 'Stop server')
  await said('The server of T12-limit-requests-per-account is stopped')
  await link.waitFor({ state: 'detached' })
  await press('T10-customers-cursor', 'Start server')
  await said('answers at http://localhost:4320')
  await page.keyboard.press('g')
  await page.keyboard.press('b')
  await card(page, 'T10').getByRole('link', { name: 'localhost:4320' }).waitFor()
  assert.equal(await card(page, 'T12').getByRole('link', { name: 'localhost' }).count(), 0)
  await page.keyboard.press('g')
  await page.keyboard.press('w')
})

test('a setup that failed says why, and runs again; what it changed is reverted', async () => {
  await row('T10-customers-cursor').getByText('setup failed: pnpm install ended').waitFor()
  await press('T10-customers-cursor', 'Set up again')
  await row('T10-customers-cursor').getByText('setup is running').waitFor()
  await row('T13-refund-captured').getByText('pnpm-lock.yaml').waitFor()
  await press('T13-refund-captured', 'Revert')
  await said('1 file reverted')
  await row('T13-refund-captured').getByText('pnpm-lock.yaml').waitFor({ state: 'detached' })
})

test('a resource is given back, and the next one has it', async () => {
  const staging = page.locator('[data-resource="staging"]')
  await staging.getByText('1 of 1 taken, 1 waiting').waitFor()
  await staging.getByRole('button', { name: 'Give back' }).first().click()
  await said('staging is given back for T12-limit-requests-per-account')
  await staging.getByText('1 of 1 taken').waitFor()
  assert.equal(await staging.getByText('T12-limit-requests-per-account').count(), 0)
})

test('one that is in use is not removed, and the reason stands with it', async () => {
  await press('T12-limit-requests-per-account', 'Remove')
  await row('T12-limit-requests-per-account').getByText('S41 works in').waitFor()
  assert.equal(view.daemon.state.worktrees[0].state, 'ready')
})

test('what is too large to be kept is named before it goes', async () => {
  view.daemon.state.worktrees[2].too_large = 'node_modules.tar (1.2 GB)'
  await press('T10-customers-cursor', 'Remove')
  await row('T10-customers-cursor').getByText('node_modules.tar (1.2 GB)').waitFor()
  await press('T10-customers-cursor', 'Remove without them')
  await said('kept as T10-customers-cursor')
  await until(names, (all) => !all.includes('T10-customers-cursor'), page)
})

test('what was removed is listed when asked for, and comes back', async () => {
  await page.getByLabel('removed', { exact: true }).check()
  await press('T3-keep-the-cart', 'Restore')
  await said('is back, as it was')
  assert.equal(view.daemon.state.worktrees.find((one) => one.id === 6).state, 'ready')
})

test('one that an agent made is adopted', async () => {
  await press('dazzling-penguin', 'Adopt')
  await row('dazzling-penguin').getByRole('button', { name: 'Remove' }).waitFor()
})

test('what may go is proposed with its reason, and nothing else goes', async () => {
  await page.getByRole('button', { name: 'What may go' }).click()
  await page.getByText('its branch is merged into main').waitFor()
  await page.getByRole('button', { name: 'Remove 1 worktree' }).click()
  await said('1 removed and kept, 61 MB freed')
  assert.equal(view.daemon.state.worktrees.find((one) => one.id === 4).state, 'removed')
})

test('a change elsewhere is seen', async () => {
  view.daemon.state.changeWorktree(view.daemon.state.worktrees[1], {
    state: 'missing',
    note: 'its folder was deleted by hand',
  })
  await row('T13-refund-captured').getByText('folder is gone').waitFor()
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
