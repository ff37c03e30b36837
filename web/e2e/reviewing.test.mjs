// Three real agents, reviewed as one on the page: `crates/cli/tests/it/real_browser/reviewing.rs` starts them.
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
const section = (name) => page.locator(`section[aria-label="${name}"]`)
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key)
}

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(60_000)
  page.on('pageerror', (error) => problems.push(error.stack))
  await page.goto(CALLBOARD_URL)
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await press('Enter')
  await card(page, 'T1').waitFor()
})
after(() => browser.close())

test('what belongs together is proposed, with the sentence that joins it', async () => {
  await card(page, 'T2').getByText('coupled with T1').waitFor()
  await shot('review-board')
  await press('g', 'r')
  const proposed = section('Proposed')
  await proposed.getByText('T2 newly calls').first().waitFor()
  await proposed.getByText('Review 3 changesets').waitFor()
  await shot('review-proposed')
  await press('j', 'Enter')
  await page.waitForURL(/\/review\/R1$/)
  await section('Between them').getByText('whose signature T1 changed').first().waitFor()
})

test('green alone and red together is seen', async () => {
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await page.getByText('Proven conflict').waitFor()
  await page.getByText('Not to be landed').waitFor()
  await shot('review-proven')
  const failed = page.getByRole('button', { name: /: failed/ }).first()
  await failed.click()
  const log = page.getByRole('log')
  await log.waitFor()
  await page.waitForFunction((element) => element.textContent.trim() !== '', await log.elementHandle())
  assert.equal(await log.locator('xpath=following-sibling::p').count(), 0, 'the log ends without an error')
  await failed.click()
  await log.waitFor({ state: 'detached' })
})

test('each line of the one diff is its agent’s, and a comment goes to who wrote it', async () => {
  await press('d')
  const call = page.locator('.row.code', { hasText: 'watcher.subscribe(path)' })
  await call.waitFor()
  await shot('review-diff')
  await call.click()
  await press('c')
  await page.keyboard.type('T1 takes several paths and a depth now.')
  await press('Control+Enter')
  await page.locator('article.draft', { hasText: 'several paths' }).waitFor()
  const tested = page.locator('.row.code', { hasText: "watcher.subscribe('a')" })
  await tested.click()
  await press('c')
  await page.keyboard.type('The same here.')
  await press('Control+Enter')
  await page.locator('article.draft', { hasText: 'The same here' }).waitFor()
  await shot('review-comments')
  await press('s')
  await page.locator('.toast', { hasText: /Sent to S\d+, S\d/ }).waitFor()
})

test('the agents answer with changes, and the checks pass together', async () => {
  await page.locator('.row.code', { hasText: 'watcher.subscribe([path], 1)' }).waitFor()
  await page.locator('.row.code', { hasText: "watcher.subscribe(['a'], 1)" }).waitFor()
  await shot('review-answered')
  await press('d')
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  const checks = section('Checks')
  await checks.getByText('failed').waitFor({ state: 'detached' })
  await page.getByText('Not to be landed').waitFor({ state: 'detached' })
  await shot('review-passed')
})

test('all of it lands at once', async () => {
  await press('l')
  await page.getByRole('alertdialog').getByText('land on main').waitFor()
  await press('Enter')
  await page.getByText('Landed on main as').waitFor()
  await shot('review-landed')
})

test('nothing went wrong in the page', () => assert.deepEqual(problems, []))
