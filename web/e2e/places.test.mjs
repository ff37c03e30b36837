// What is shown of where something is: its workspace, and words that agree with each other.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, column, open, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/')
  page = view.page
  await card(page, 'T12').waitFor()
})
after(() => view.close())

const plain = (text) => text.replaceAll(/\s+/g, ' ').trim()
const counts = async () => plain(await page.locator('.counts').first().innerText())

for (const path of ['/s/S37', '/t/T2']) {
  test(`${path} opens in its own workspace`, async () => {
    await page.goto(view.daemon.url + path)
    await page.locator('h1', { hasText: 'web-shop' }).waitFor()
    assert.equal(await page.locator('nav.rail a').first().getAttribute('href'), '/w/W2/board')
    assert.match(await counts(), /^1 needs you 0 working 0 ready 1 failed$/)
    assert.match(await page.title(), /web-shop/)
  })
}

test('an empty column does not contradict the header', async () => {
  await page.goto(`${view.daemon.url}/w/W2/board`)
  const said = column(page, 'needs_you').locator('.empty')
  await said.waitFor()
  assert.match(plain(await said.innerText()), /^No task waits for you.*S37/)
  await said.getByRole('link', { name: 'S37' }).click()
  await page.locator('aside.panel[aria-label="S37"]').waitFor()
  await page.goto(`${view.daemon.url}/w/W3/board`)
  await column(page, 'needs_you').getByText('Nothing waits for you').waitFor()
})

test('sessions of one card are told apart', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  assert.deepEqual(await card(page, 'T12').locator('.sessions .id').allInnerTexts(), ['S41', 'S44'])
  assert.equal(await card(page, 'T13').locator('.sessions .id').count(), 0)
})

test('the board counts as many sessions as the list', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  const all = await page.locator('.dock .all', { hasText: '5,014 sessions' })
  await all.waitFor()
  await all.click()
  await until(
    () => page.locator('.total').innerText(),
    (text) => text === '5,014 sessions',
    page,
  )
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
