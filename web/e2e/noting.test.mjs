// Notes over a real daemon: `crates/cli/tests/it/real_browser/noting.rs` starts it, and looks at the files afterwards.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.mjs'
import { until } from './fixture.mjs'

const { CALLBOARD_URL, CALLBOARD_TOKEN, REPOSITORY } = process.env
const FILE = join(REPOSITORY ?? '', '.callboard/notes/plan-of-the-import.md')

let browser
let page
const problems = []
const shot = (name) =>
  page.screenshot({ path: fileURLToPath(new URL(`../test-results/daemon/${name}.png`, import.meta.url)) })
const go = (path) => page.goto(CALLBOARD_URL + path)
const form = (name) => page.getByRole('form', { name })
const editor = () => page.getByLabel('The whole file')

before(async () => {
  browser = await openBrowser()
  page = await (await browser.browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => problems.push(error.stack))
  await page.goto(CALLBOARD_URL)
  await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
  await page.keyboard.press('Enter')
  await page.locator('nav.rail').waitFor()
})
after(() => browser.close())

test('a note that is written on the page is a file, and the mail that it cites another one', async () => {
  await go('w/W1/notes')
  await page.getByText('Write the first one with').waitFor()
  await shot('notes-empty')
  await page.keyboard.press('n')
  await form('New note').getByPlaceholder('Title').fill('Plan of the import')
  await form('New note').getByLabel('Text').fill('First.\n\nWritten on the page.\n\nLast.')
  await form('New note').getByRole('button', { name: 'Mail or ticket' }).click()
  await form('New note').getByLabel('Mail or ticket').fill('From: lea@example.com\nSubject: Ids\n\nLetters.')
  await page.keyboard.press('Control+Enter')
  await form('New note').locator('.token', { hasText: 'attachments/' }).waitFor()
  await form('New note').getByRole('button', { name: 'Write down' }).click()
  await page.getByRole('heading', { name: 'Plan of the import' }).first().waitFor()
  const text = await readFile(FILE, 'utf8')
  assert.match(text, /by: you\n/)
  const [, mail] = /sources: \[(attachments\/[0-9a-f]+\.eml)\]/.exec(text)
  assert.match(await readFile(join(REPOSITORY, '.callboard/notes', mail), 'utf8'), /Letters\./)
})

test('what an editor writes while words stand unsaved on the page is kept, and so are they', async () => {
  await page.keyboard.press('e')
  await editor().waitFor()
  await editor().evaluate((field) => field.setSelectionRange(field.value.length, field.value.length))
  await page.keyboard.type('\nTyped meanwhile, below.\n')
  const text = await readFile(FILE, 'utf8')
  await writeFile(FILE, text.replace('First.', 'First.\nBy hand, above.'))
  await page.getByText('changed elsewhere since you began').waitFor()
  await page.keyboard.press('Control+s')
  await page.getByText('Both changes are in it now').waitFor()
  await shot('note-merged')
  await until(
    () => readFile(FILE, 'utf8'),
    (now) => now.includes('By hand, above.') && now.includes('Typed meanwhile, below.'),
    page,
  )
  assert.match(await editor().inputValue(), /By hand, above\./)
})

test('it is shared as it was shown', async () => {
  await go('w/W1/notes?open=share')
  const share = form('Share notes')
  await share.getByRole('link', { name: 'notes/plan-of-the-import.md' }).waitFor()
  await share.getByText('attachments/').waitFor()
  await shot('notes-share')
  await share.getByLabel('Message').fill('Notes of the import')
  await share.getByRole('button', { name: 'Commit 2 files' }).click()
  await page.locator('.toast', { hasText: '2 files committed as' }).waitFor()
})

test('nothing went wrong in the page', () => assert.deepEqual(problems, []))
