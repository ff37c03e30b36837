// What is shown of where something is: its workspace, and words that agree with each other.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, column, open, row, until } from './fixture.mjs'

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

test('inline code is shown as code', async () => {
  await page.goto(`${view.daemon.url}/w/W2/board`)
  assert.equal(await card(page, 'T2').locator('.title code').innerText(), 'main.js')
  assert.equal(await row(page, 'S37').locator('.title code').innerText(), 'Checkout')
  await page.goto(`${view.daemon.url}/s/S37`)
  assert.equal(await page.locator('header h1 code').innerText(), 'Checkout')
  await page.getByRole('heading', { name: 'Milestones' }).waitFor()
  assert.equal(await page.locator('aside .cut code', { hasText: 'Checkout' }).count(), 1)
  await page.goto(`${view.daemon.url}/s/S7`)
  await page.getByRole('alert').locator('code', { hasText: 'callboard session list' }).waitFor()
  assert.doesNotMatch(await page.getByRole('alert').innerText(), /`/)
})

test('the hover over a state tells the three facts', async () => {
  await page.goto(`${view.daemon.url}/w/W2/sessions`)
  const hover = (id) => row(page, id).locator('.state [title]').getAttribute('title')
  await row(page, 'S37').waitFor()
  assert.match(
    await hover('S37'),
    /Process: runs, says the process table, now\nTurn: waits for permission, says the agent itself, 7 min\nLast turn: not ended/,
  )
  assert.doesNotMatch(await hover('S35'), /process ended/i)
  assert.match(await hover('S35'), /Process: not known/)
})

test('sessions of one card are told apart', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  assert.deepEqual(await card(page, 'T12').locator('.sessions .id').allInnerTexts(), ['S41', 'S44'])
  assert.equal(await card(page, 'T13').locator('.sessions .id').count(), 0)
})

test('a wait is told once', async () => {
  await page.goto(`${view.daemon.url}/t/T13`)
  await row(page, 'S43').waitFor()
  assert.deepEqual(await row(page, 'S43').locator('time').allInnerTexts(), ['9 min'])
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
