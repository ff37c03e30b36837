import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, column, open, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/board?open=T12')
  page = view.page
  await page.getByLabel('Title', { exact: true }).waitFor()
})
after(() => view.close())

test('a title is saved when it is left', async () => {
  await page.getByLabel('Title', { exact: true }).fill('Limit requests per account')
  await page.keyboard.press('Enter')
  await until(
    () => view.daemon.state.tasks.get('T12').title,
    (title) => title === 'Limit requests per account',
    page,
  )
  await card(page, 'T12').getByText('Limit requests per account').waitFor()
})

test('Escape discards what was written of a title', async () => {
  const title = page.getByLabel('Title', { exact: true })
  await title.fill('Something else entirely')
  await page.keyboard.press('Escape')
  await until(
    () => title.inputValue(),
    (text) => text === 'Limit requests per account',
    page,
  )
  await page.waitForTimeout(100)
  assert.equal(view.daemon.state.tasks.get('T12').title, 'Limit requests per account')
  await title.fill('Limit requests')
  await title.blur()
  await until(
    () => view.daemon.state.tasks.get('T12').title,
    (text) => text === 'Limit requests',
    page,
  )
})

test('a text being written outlives a reload', async () => {
  await page.locator('aside.panel .switch').click()
  await page.getByLabel('Description').fill('Half a thou')
  await page.reload()
  assert.equal(await page.getByLabel('Description').inputValue(), 'Half a thou')
})

test('a change made elsewhere is shown beside it', async () => {
  view.daemon.state.changeTask('T12', { body: 'Written by somebody else' }, 'Changed body', 'S41')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Neither text is lost').waitFor()
  await page.locator('.conflict', { hasText: 'Written by somebody else' }).waitFor()
  assert.equal(view.daemon.state.tasks.get('T12').body, 'Written by somebody else')
  await page.getByRole('button', { name: 'Save yours' }).click()
  await until(
    () => view.daemon.state.tasks.get('T12').body,
    (body) => body === 'Half a thou',
    page,
  )
})

test('a refused move is taken back, and says what to do', async () => {
  view.daemon.control.fail = {
    status: 503,
    error: 'The disk is full.',
    hint: 'Free some space, and move it again.',
  }
  await page.locator('[data-key="T11"]').focus()
  await page.keyboard.press('Shift+ArrowRight')
  await page.getByText('T11 was not moved. The disk is full.').waitFor()
  await page.getByText('Free some space').waitFor()
  await column(page, 'ready').locator('[data-card="T11"]').waitFor()
  view.daemon.control.fail = null
})

test('a lost connection is said quietly, and made up for', async () => {
  view.daemon.control.down = true
  view.daemon.cut()
  await page.getByText('Offline, last seen').waitFor()
  assert.equal(await page.locator('.offline code').innerText(), 'callboard up')
  view.daemon.state.changeSession('S42', { activity: 'Changed while the page was away' })
  view.daemon.control.down = false
  // The page tries by itself as well: the button may be gone before a pointer is there.
  await page.locator('button.offline').evaluateAll(([button]) => button?.click())
  await card(page, 'T14').getByText('Changed while the page was away').waitFor()
  await page.getByText('Offline, last seen').waitFor({ state: 'detached' })
})

test('a removed task can be restored', async () => {
  await page.getByRole('button', { name: 'Remove this task' }).click()
  await card(page, 'T12').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Restore' }).click()
  await card(page, 'T12').waitFor()
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
