// Worktrees: what they hold and take, removed without a loss, brought back, adopted, collected.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, until } from './fixture.mjs'

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
