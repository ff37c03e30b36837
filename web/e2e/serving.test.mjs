// A worktree's server, setup and resource over a real daemon: `crates/cli/tests/it/real_browser/serving.rs` starts it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.mjs'
import { card } from './fixture.mjs'

const { CALLBOARD_URL, CALLBOARD_TOKEN } = process.env

let browser
let page
const problems = []
const shot = (name) =>
  page.screenshot({ path: fileURLToPath(new URL(`../test-results/daemon/${name}.png`, import.meta.url)) })
const row = () => page.locator('[data-worktree="T1-serve"]')
const press = (name) => row().getByRole('button', { name, exact: true }).click()
const go = async (key) => {
  await page.keyboard.press('g')
  await page.keyboard.press(key)
}

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => problems.push(error.stack))
  await page.goto(CALLBOARD_URL)
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await page.keyboard.press('Enter')
  await card(page, 'T1').waitFor()
})
after(() => browser.close())

test('what setup changed in tracked files is reverted', async () => {
  await go('w')
  await row().getByText('its setup changed 1 tracked file').waitFor()
  await press('Revert')
  await page.locator('.toast', { hasText: '1 file reverted' }).waitFor()
  await row().getByText('its setup changed').waitFor({ state: 'detached' })
})

test('its server is started, stands on its card, and is stopped', async () => {
  await press('Start server')
  await row()
    .getByRole('link', { name: /^http:/ })
    .waitFor()
  await shot('serving')
  await go('b')
  await card(page, 'T1').getByRole('link', { name: /:26/ }).waitFor()
  await shot('serving-board')
  await go('w')
  await press('Stop server')
  await row().getByRole('button', { name: 'Start server' }).waitFor()
})

test('a resource that a worktree has is given back', async () => {
  const stack = page.locator('[data-resource="stack"]')
  await stack.getByText('T1-serve').waitFor()
  await stack.getByRole('button', { name: 'Give back' }).click()
  await stack.getByText('free').waitFor()
})

test('nothing went wrong in the page', () => assert.deepEqual(problems, []))
