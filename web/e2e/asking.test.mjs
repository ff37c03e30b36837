// What a real agent asks by its tool, answered on the page: `crates/cli/tests/it/real_browser/asking.rs` starts it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.mjs'
import { card, row } from './fixture.mjs'

const { CALLBOARD_URL, CALLBOARD_TOKEN } = process.env

let browser
let page
const problems = []
const shot = (name) =>
  page.screenshot({ path: fileURLToPath(new URL(`../test-results/daemon/${name}.png`, import.meta.url)) })
const go = (path) => page.goto(CALLBOARD_URL + path)
const said = (text) => page.locator('.main').getByText(text).first().waitFor()
const asked = () => page.locator('.calls')

/** What came by itself must have been seen for a moment before a press counts. */
async function see(question) {
  await asked().getByText(question).first().waitFor()
  await page.waitForTimeout(1000)
}

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(60_000)
  page.on('pageerror', (error) => problems.push(error.stack))
  await page.goto(CALLBOARD_URL)
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await page.keyboard.press('Enter')
  await card(page, 'T1').waitFor()
})
after(() => browser.close())

test('an agent that waits for the answer is given it', async () => {
  await go('s/S1')
  await see('Which colour?')
  await shot('asked-by-tool')
  await asked().getByRole('button', { name: 'Green' }).click()
  await said('I ask again.')
})

test('one that went on with a handle is given it later', async () => {
  await see('Shall it be round?')
  await asked().getByPlaceholder('own words').fill('Rather square.')
  await asked().getByRole('button', { name: 'Send the answer' }).click()
  await said('I go on, and fetch the answer.')
  await said('The sign is done.')
})

test('its report stands on its card, on its page, and leads to its event', async () => {
  await go('w/W1/board')
  await card(page, 'T1').getByText('reported, 1 not verified').waitFor()
  await shot('reported-board')
  await go('s/S1')
  const report = page.locator('.report')
  await report.getByText('How it looks at night').waitFor()
  await report.getByRole('link', { name: /^S1#\d+$/ }).click()
  await page.locator('.item.here').waitFor()
  await shot('reported-session')
})

test('what it said becomes a decision by one key', async () => {
  await go('s/S1')
  await said('The sign is done.')
  await page
    .locator('.item', { hasText: 'The sign is done.' })
    .locator('.markdown p')
    .last()
    .evaluate((element) => {
      const range = document.createRange()
      range.selectNodeContents(element)
      getSelection().removeAllRanges()
      getSelection().addRange(range)
    })
  await page.getByRole('toolbar', { name: 'What is selected' }).waitFor()
  await page.keyboard.press('d')
  const form = page.getByRole('form', { name: 'New decision' })
  await form.getByPlaceholder('What is decided').fill('Letters of signs are carved')
  await page.keyboard.press('Control+Enter')
  await page.locator('.toast', { hasText: 'D1 is written down' }).waitFor()
  await go('w/W1/notes')
  await row(page, 'D1').getByText('Letters of signs are carved').waitFor()
})

test('nothing went wrong in the page', () => assert.deepEqual(problems, []))
