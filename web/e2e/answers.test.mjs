// Calls of real agents, answered on the page: `crates/cli/tests/it/real_browser/answers.rs` starts them.
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

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => problems.push(error.stack))
})
after(() => browser.close())

test('both ask, and each is answered where it is shown', async () => {
  await page.goto(CALLBOARD_URL)
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await page.keyboard.press('Enter')
  await card(page, 'T1').waitFor()
  await page.locator('nav.rail .number', { hasText: '2' }).waitFor()
  await shot('asking-board')
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  const waiting = page.locator('.list a.row')
  await waiting.nth(1).waitFor()
  await shot('asking-calls')
  const article = page.locator('.card article')
  const asking = await waiting.evaluateAll((rows) => rows.map((row) => row.dataset.key))
  assert.equal(asking.length, 2)
  for (const key of asking) {
    await page.goto(`${CALLBOARD_URL}c/${key}`)
    await article.locator('pre', { hasText: 'who.txt' }).waitFor()
    await article.getByRole('button', { name: 'Allow once' }).click()
    await article.getByText('The agent went on').waitFor()
  }
  await shot('answered-calls')
})

test('both agents go on, and nothing asks any more', async () => {
  await page.goto(`${CALLBOARD_URL}w/W1/board`)
  for (const task of ['T1', 'T2']) {
    await until(
      () => card(page, task).innerText(),
      (text) => /It is done|finished/i.test(text),
      page,
    )
  }
  await shot('answered-board')
})

test('nothing went wrong in the page', () => assert.deepEqual(problems, []))
