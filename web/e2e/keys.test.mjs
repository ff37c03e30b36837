// The keyboard goes everywhere, and what had the focus gets it back.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { card, column, focusedKey, open, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/')
  page = view.page
})
beforeEach(async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  await card(page, 'T12').waitFor()
})
after(() => view.close())

const focusIs = (id) =>
  until(
    () => focusedKey(page),
    (key) => key === id,
    page,
  )
const at = (pattern) =>
  until(
    () => page.url(),
    (url) => pattern.test(url),
    page,
  )
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key)
}
const panel = () => page.locator('aside.panel')

test('j goes on from the last card to the sessions below, and k comes back', async () => {
  await row(page, 'T16').focus()
  await press('j')
  await focusIs('S47')
  await press('ArrowDown')
  await focusIs('S48')
  await press('k', 'k')
  await focusIs('T16')
})

test('a session that the keys went to becomes a task', async () => {
  await row(page, 'T16').focus()
  await press('j', 't')
  await column(page, 'running').getByText('Why does the staging deploy wait').waitFor()
  await focusIs('S48')
})

test('o opens the focused card as a page, and y copies its link', async () => {
  await row(page, 'T13').focus()
  await press('.')
  await until(
    () => page.evaluate(() => navigator.clipboard.readText()),
    (text) => text.endsWith('/t/T13'),
    page,
  )
  await press('Enter')
  await panel().waitFor()
  await press('Escape')
  await panel().waitFor({ state: 'detached' })
  await press('o')
  await at(/\/t\/T13$/)
})

test('a card that was moved with m keeps the focus', async () => {
  await row(page, 'T9').focus()
  await press('m')
  await page.locator('[role=dialog] input').fill('done')
  await press('Enter')
  await column(page, 'done').locator('[data-card="T9"]').waitFor()
  await focusIs('T9')
})

test('Escape in the form of a new task gives the focus back', async () => {
  await row(page, 'T15').focus()
  await press('c')
  await page.locator('.new textarea').waitFor()
  await press('Escape')
  await page.locator('.new textarea').waitFor({ state: 'detached' })
  await focusIs('T15')
})

test('Escape leaves the focus on a session', async () => {
  await row(page, 'S48').focus()
  await press('Escape')
  await page.waitForTimeout(50)
  assert.equal(await focusedKey(page), 'S48')
})

test('Escape leads from a title to its card, and closes the panel', async () => {
  await row(page, 'T13').focus()
  await press('Enter')
  await page.getByLabel('Title', { exact: true }).focus()
  await press('Escape')
  await focusIs('T13')
  await press('Escape')
  await panel().waitFor({ state: 'detached' })
  await focusIs('T13')
})

test('a panel opened from a session of a card gives the focus to the card', async () => {
  await card(page, 'T13').locator('.sessions a').click()
  await panel().locator('.transcript').waitFor()
  await panel().getByRole('tab', { name: 'Overview' }).click()
  await press('Escape')
  await panel().waitFor({ state: 'detached' })
  await focusIs('T13')
})

test('the panel follows j and k, on the board and in the list', async () => {
  await row(page, 'T13').focus()
  await press('Enter')
  await at(/open=T13$/)
  await press('j')
  await at(/open=T16$/)
  await page.goto(`${view.daemon.url}/w/W1/sessions`)
  await row(page, 'S43').focus()
  await press('Enter')
  await at(/open=S43$/)
  await press('j')
  const next = await focusedKey(page)
  assert.notEqual(next, 'S43')
  await at(new RegExp(`open=${next}$`))
  await page.locator(`aside.panel[aria-label="${next}"]`).waitFor()
  assert.equal(await focusedKey(page), next)
})

test('Back gives the focus to the row that was left', async () => {
  await row(page, 'S48').focus()
  await press('Enter', 'o')
  await at(/\/s\/S48$/)
  await page.locator('.transcript .item').first().waitFor()
  await page.goBack()
  await focusIs('S48')
  await page.goto(`${view.daemon.url}/w/W1/sessions`)
  await row(page, 'S43').focus()
  await press('j', 'o')
  await at(/\/s\/S45$/)
  await page.locator('.transcript .item').first().waitFor()
  await page.goBack()
  await focusIs('S45')
})

test('Back finds a row that is far down', async () => {
  await page.goto(`${view.daemon.url}/w/W1/sessions`)
  await row(page, 'S43').waitFor()
  await page.locator('.page .scroller').evaluate((element) => (element.scrollTop = 4000))
  await page.waitForFunction(() => Number(document.querySelector('.item')?.dataset.index) > 60)
  const id = await page.locator('.item a[data-key]').nth(25).getAttribute('data-key')
  await row(page, id).click()
  await press('o')
  await page.locator('.transcript .item').first().waitFor()
  await page.goBack()
  await focusIs(id)
  assert.ok(await row(page, id).isVisible())
})

test('Back closes the panel, and gives the focus to its row', async () => {
  await row(page, 'T13').focus()
  await press('Enter')
  await page.getByLabel('Title', { exact: true }).focus()
  await page.goBack()
  await panel().waitFor({ state: 'detached' })
  await focusIs('T13')
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
