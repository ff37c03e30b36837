// A real session that is driven from the page: `crates/cli/tests/it/real_browser/composing.rs` starts the daemon.
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
const composer = () => page.locator('section.composer')
const press = (name) => composer().getByRole('button', { name, exact: true }).click()
const write = (text) => composer().locator('textarea').fill(text)
const said = (text) => page.locator('.main').getByText(text).first().waitFor()

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => problems.push(error.stack))
  await page.goto(CALLBOARD_URL)
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await page.keyboard.press('Enter')
  await card(page, 'T1').waitFor()
  // What Claude Code writes without asking is chosen once, and remembered.
  await page.evaluate(() =>
    localStorage.setItem(
      'callboard.start',
      JSON.stringify({ agent: 'claude', model: '', mode: 'acceptEdits' }),
    ),
  )
})
after(() => browser.close())

test('one press starts a session, and its card tells what it does', async () => {
  await card(page, 'T1').hover()
  await card(page, 'T1').getByRole('button', { name: 'Start', exact: true }).click()
  await card(page, 'T1').locator('a.row').waitFor()
  await page.locator('[data-column="running"] [data-card="T1"]').waitFor()
  await shot('started-board')
  await card(page, 'T1').locator('a.row').click()
  await page.getByRole('link', { name: 'Open', exact: true }).click()
  await composer().waitFor()
  await said('I write it down.')
})

test('a prompt that is sent while it works stands there until it is begun', async () => {
  await composer().getByText('Say something').waitFor({ state: 'attached' })
  await page.keyboard.press('i')
  await page.keyboard.type('And more of it [[script:more]]')
  await shot('composing')
  await page.keyboard.press('Control+Enter')
  await said('The first part is done.')
  await said('More of it is done.')
  await composer().getByText('not begun yet').waitFor({ state: 'detached' })
  assert.equal(await composer().locator('textarea').inputValue(), '')
})

test('a turn is broken off', async () => {
  await write('Take your time [[script:slow]]')
  await press('Send')
  await press('Interrupt')
  await composer().getByRole('button', { name: 'Interrupt' }).waitFor({ state: 'detached' })
  await shot('interrupted')
})

test('it is ended, and goes on with what is written', async () => {
  await press('Stop')
  await composer().getByRole('button', { name: 'Resume' }).waitFor()
  await write('Go on, then [[script:again]]')
  await press('Resume')
  await said('It went on.')
  await composer().getByRole('button', { name: 'Stop' }).waitFor()
})

test('its files go back to before a prompt, and what was replaced is kept', async () => {
  const prompt = page.locator('article.prompt', { hasText: 'Go on, then' })
  await prompt.hover()
  await prompt.getByRole('button', { name: 'Go back to here' }).click()
  const form = page.getByRole('dialog')
  await form.getByText('is kept').first().waitFor()
  await shot('going-back')
  await form.getByRole('button', { name: 'Go back' }).click()
  await form.getByText('refs/callboard/kept/').waitFor()
  await form.getByText('again.txt').waitFor()
  await shot('gone-back')
  await page.keyboard.press('Escape')
  await form.waitFor({ state: 'detached' })
})

test('a copy goes another way', async () => {
  await write('Try it the other way [[script:copy]]')
  await press('Fork')
  await page.locator('.toast').getByRole('button', { name: 'Open' }).click()
  await said('The copy went another way.')
  await shot('forked')
})

test('nothing went wrong in the page', () => assert.deepEqual(problems, []))
