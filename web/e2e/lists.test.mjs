import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { focusedKey, open, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/sessions')
  page = view.page
  await row(page, 'S43').waitFor()
})
after(() => view.close())

test('five thousand sessions are listed with few rows on the page', async () => {
  await page.getByText('5,014 sessions').waitFor()
  const scroller = page.locator('.page .scroller')
  for (let i = 0; i < 40; i += 1) {
    await scroller.evaluate((element) => (element.scrollTop = element.scrollHeight))
    await page.waitForTimeout(30)
  }
  assert.ok((await page.locator('.item').count()) < 90)
  assert.ok((await scroller.evaluate((element) => element.scrollHeight)) > 100_000)
  await scroller.evaluate((element) => (element.scrollTop = 0))
})

test('children are folded under their parent', async () => {
  await row(page, 'S41').waitFor()
  assert.equal(await row(page, 'S51').count(), 0)
  await page.getByRole('button', { name: '2 subagents' }).first().click()
  await row(page, 'S51').waitFor()
})

test('filters are in the address', async () => {
  await page.getByRole('button', { name: 'failed' }).click()
  await until(
    () => page.locator('.item .row .state').allInnerTexts(),
    (words) => words.length > 3 && words.every((w) => w.trim() === 'failed'),
    page,
  )
  assert.match(page.url(), /state=failed/)
  await page.getByRole('button', { name: 'failed' }).first().click()
  await page.getByLabel('Filter by words').fill('staging')
  await until(
    () => page.locator('.item a[data-key]').count(),
    (n) => n === 1,
    page,
  )
  await page.getByLabel('Filter by words').fill('')
})

test('Enter opens a session beside the list', async () => {
  await row(page, 'S43').waitFor()
  await page.keyboard.press('Escape')
  await row(page, 'S43').focus()
  await page.keyboard.press('j')
  const id = await focusedKey(page)
  await page.keyboard.press('Enter')
  await until(
    () => page.url(),
    (url) => url.endsWith(`open=${id}`),
    page,
  )
  await page.locator('aside.panel .transcript').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('aside.panel').waitFor({ state: 'detached' })
})

test('the search answers while typing, marks what matched, and leads there', async () => {
  await page.keyboard.press('/')
  await page.keyboard.type('retry-after kind:command')
  await page.locator('[role=dialog] .chip.on', { hasText: 'kind: command' }).waitFor()
  await page.locator('[role=dialog] input').fill('nextest kind:command')
  await page.locator('[role=dialog] mark').first().waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await until(
    () => page.url(),
    (url) => /\/s\/S\d+\/\d+$/.test(url),
    page,
  )
  await page.locator('.item.here').waitFor()
  assert.equal(await page.locator('[role=dialog]').count(), 0)
})

test('the palette goes anywhere and gives the focus back', async () => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('since you')
  await page.keyboard.press('Enter')
  await until(
    () => page.url(),
    (url) => url.endsWith('/since'),
    page,
  )
  await page.getByText('Refund only what was captured').first().waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('b')
  await until(
    () => page.url(),
    (url) => url.endsWith('/board'),
    page,
  )
})

test('since tells every want, and an older line when it is asked for', async () => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('since you')
  await page.keyboard.press('Enter')
  await page.locator('.want', { hasText: 'answered 529' }).waitFor()
  const older = page.getByText('The query is there, the page next')
  assert.equal(await older.count(), 0)
  await page.getByRole('button', { name: 'Show every line of T10' }).click()
  await older.waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('b')
  await until(
    () => page.url(),
    (url) => url.endsWith('/board'),
    page,
  )
})

test('every key is shown by ?', async () => {
  await page.keyboard.press('?')
  await page.locator('[role=dialog]').getByText('Next, previous prompt').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('[role=dialog]').waitFor({ state: 'detached' })
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
