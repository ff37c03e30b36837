// The page over a daemon that runs: `crates/cli/tests/it/real_browser.rs` starts it and names it here.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.mjs'
import { card, column, until } from './fixture.mjs'

const { CALLBOARD_BIN, CALLBOARD_URL, CALLBOARD_TOKEN, REPOSITORY, TRANSCRIPT, NEXT_LINES } = process.env

let browser
let page
const problems = []
/** Keeps a picture of the page beside those of the other tests. */
const shot = (name) =>
  page.screenshot({ path: fileURLToPath(new URL(`../test-results/daemon/${name}.png`, import.meta.url)) })

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(15_000)
  page.on('pageerror', (error) => problems.push(error.stack))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
})
after(() => browser.close())

const cardsOf = (name) =>
  column(page, name)
    .locator('[data-card]')
    .evaluateAll((cards) => cards.map((c) => c.dataset.card))

test('a browser without the cookie is asked for the token, and then shows the board', async () => {
  await page.goto(CALLBOARD_URL)
  await page.getByText('This browser is not signed in').waitFor()
  // The refusal itself is an error on the browser's console.
  problems.length = 0
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await page.keyboard.press('Enter')
  await card(page, 'T1').waitFor()
  assert.doesNotMatch(page.url(), new RegExp(CALLBOARD_TOKEN))
  assert.match(await card(page, 'T2').innerText(), /cargo publish --dry-run/)
  assert.ok((await cardsOf('needs_you')).includes('T2'))
})

test('what waits is called for, and says in which window it can be answered', async () => {
  assert.equal(await page.locator('nav.rail .number').innerText(), '1')
  await card(page, 'T2').getByRole('button', { name: 'Look' }).click()
  await page.locator('aside.panel article').getByText('It can only be answered in').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  const call = page.locator('.card article')
  await call.locator('pre', { hasText: 'cargo publish --dry-run' }).waitFor()
  await call.getByRole('link', { name: 'T2' }).waitFor()
  await shot('calls')
  await page.goto(`${CALLBOARD_URL}w/W1/worktrees`)
  await page.getByRole('heading', { name: 'Worktrees' }).waitFor()
  await page.getByText(/^\d+ worktrees?/).waitFor()
  await shot('worktrees')
  await page.goto(`${CALLBOARD_URL}w/W1/board`)
  await card(page, 'T2').waitFor()
})

test('what an agent writes appears on the board and in its transcript without a reload', async () => {
  const [onBoard, inTranscript] = JSON.parse(NEXT_LINES)
  appendFileSync(TRANSCRIPT, onBoard.line)
  await until(
    () => card(page, 'T2').innerText(),
    (text) => text.includes(onBoard.shows),
    page,
  )
  await page.goto(`${CALLBOARD_URL}s/S3`)
  await page.getByText('Publish the crate').first().waitFor()
  appendFileSync(TRANSCRIPT, inTranscript.line)
  await page.getByText(inTranscript.shows).first().waitFor()
  await shot('session')
})

test('search finds what was just said, and leads to its place', async () => {
  await page.keyboard.press('/')
  await page.keyboard.type('packaged')
  const hit = page.locator('a.hit', { hasText: 'packaged' }).first()
  await hit.waitFor()
  await hit.click()
  await until(
    () => page.url(),
    (url) => url.includes('/s/S3'),
    page,
  )
})

test('a card that is dragged stays where it was put, after a reload, too', async () => {
  await page.goto(`${CALLBOARD_URL}w/W1/board`)
  await card(page, 'T3').dragTo(column(page, 'ready'))
  await until(
    () => cardsOf('ready'),
    (cards) => cards.includes('T3'),
    page,
  )
  await page.reload()
  await card(page, 'T3').waitFor()
  assert.ok((await cardsOf('ready')).includes('T3'))
})

test('a page that stays open while the daemon is away catches up', async () => {
  const [, , whileAway] = JSON.parse(NEXT_LINES)
  const callboard = (...args) => execFileSync(CALLBOARD_BIN, args, { cwd: REPOSITORY, encoding: 'utf8' })
  assert.deepEqual(problems, [])
  await page.evaluate(() => (window.sameDocument = true))
  callboard('down')
  appendFileSync(TRANSCRIPT, whileAway.line)
  callboard('up', '--no-open', '--port', new URL(CALLBOARD_URL).port)
  await until(
    () => card(page, 'T2').innerText(),
    (text) => text.includes(whileAway.shows),
    page,
  )
  assert.ok(await page.evaluate(() => window.sameDocument))
  await shot('board')
})
