// A real night, begun on the page: `crates/cli/tests/it/real_browser/nights.rs` starts the daemon.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.mjs'
import { card, until } from './fixture.mjs'

const { CALLBOARD_URL, CALLBOARD_TOKEN } = process.env

let browser
let page
const problems = []
const shot = (name) =>
  page.screenshot({ path: fileURLToPath(new URL(`../test-results/daemon/${name}.png`, import.meta.url)) })
const task = (id) => page.locator(`[data-night-task="${id}"]`)

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(60_000)
  page.on('pageerror', (error) => problems.push(error.stack))
  await page.goto(CALLBOARD_URL)
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await page.keyboard.press('Enter')
  await card(page, 'T1').waitFor()
  await page.evaluate(() =>
    localStorage.setItem('callboard.start', JSON.stringify({ agent: 'claude', model: '', mode: '' })),
  )
})
after(() => browser.close())

test('a night is begun with the tasks that are chosen', async () => {
  await page.keyboard.press('g')
  await page.keyboard.press('t')
  await page.getByRole('checkbox', { name: /^T1/ }).check()
  await page.getByRole('checkbox', { name: /^T2/ }).check()
  await page.getByLabel('At a time').fill('1')
  await page.getByRole('button', { name: 'Begin with 2 tasks' }).click()
  await task('T1').getByText('works').waitFor()
  await page.getByText('nothing is started after 08:00').waitFor()
  await shot('night-begun')
})

test('what asks is parked, its place goes to the next, and the night is over', async () => {
  await task('T1').getByText('parked').waitFor()
  await task('T2').getByText('finished').waitFor()
  await page.getByText('1 of 2 finished, 1 waits for an answer').waitFor()
  await page.getByText(', over').waitFor()
  await shot('night-over')
})

test('in the morning the answer is given beside it, and the agent goes on', async () => {
  await task('T1')
    .getByRole('link', { name: /asks: Run/ })
    .click()
  await page.getByRole('button', { name: 'Allow once' }).click()
  await page.getByText('The agent went on').waitFor()
  await task('T1').getByText('parked, answered').waitFor()
  await shot('night-answered')
  await page.goto(`${CALLBOARD_URL}w/W1/board`)
  await until(
    () => card(page, 'T1').innerText(),
    (text) => /Written|finished/i.test(text),
    page,
  )
})

test('nothing went wrong in the page', () => assert.deepEqual(problems, []))
