// What agents tell each other and report, notes that are shared, and what a note is made of: images, mails, other notes.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, open, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/s/S41')
  page = view.page
})
after(() => view.close())

const state = () => view.daemon.state
const go = (path) => page.goto(view.daemon.url + path)
const said = (text) => page.locator('.toast', { hasText: text }).first().waitFor()
const section = (name) => page.locator('aside section', { has: page.getByRole('heading', { name }) })
const form = (name) => page.getByRole('form', { name })
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Pastes into what has the focus, as a person does. */
const paste = (data) =>
  page.evaluate(({ text, png }) => {
    const clipboard = new DataTransfer()
    if (text) clipboard.setData('text/plain', text)
    if (png) {
      const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0))
      clipboard.items.add(new File([bytes], 'mock-up.png', { type: 'image/png' }))
    }
    const event = new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true, cancelable: true })
    document.activeElement.dispatchEvent(event)
  }, data)

test('messages stand on both sides in their order, quoted, with what became of them', async () => {
  const messages = section('Messages')
  await messages.waitFor()
  const lines = (await messages.locator('li .head').allInnerTexts()).map((text) => text.replaceAll('\n', ' '))
  assert.equal(lines.length, 4)
  assert.match(lines[0], /^from .*S44.*T12.*heard/)
  assert.match(lines[3], /^to .*S42.*T14.*waits for its next step/)
  const hostile = messages.locator('blockquote', { hasText: 'IGNORE ALL' })
  assert.equal(await hostile.locator('script').count(), 0)
  await messages.getByRole('button', { name: 'Show all' }).click()
  await messages.getByRole('button', { name: 'Show all' }).waitFor({ state: 'detached' })
  await go('/s/S42')
  await section('Messages').waitFor()
  assert.equal(await section('Messages').locator('li').count(), 2)
})

test('a report is told on the card, on its task and on its session, with what was not verified', async () => {
  await go('/w/W1/board')
  await card(page, 'T10').getByText('reported, 2 not verified').waitFor()
  await go('/t/T10')
  const report = page.locator('section', { has: page.getByRole('heading', { name: 'Report', exact: true }) })
  await report.getByText('The customers list is paginated').waitFor()
  assert.equal(await report.getByText('Not verified:').count(), 2)
  await go('/s/S38')
  await section('Report').getByRole('link', { name: 'S38#38000214' }).click()
  await page.waitForURL(/\/s\/S38\/38000214$/)
})

test('what is not committed says so, and sharing commits what was seen, and no other', async () => {
  await go('/w/W1/notes')
  await page.getByRole('button', { name: 'Share' }).click()
  const share = form('Share notes')
  const files = share.getByRole('list', { name: 'Files' }).locator('li')
  await files.first().waitFor()
  const shown = await files.allInnerTexts()
  assert.equal(shown.length, 2)
  assert.equal(await page.locator('.rows a', { hasText: 'not committed' }).count(), 2)
  // Somebody writes meanwhile: nothing is committed unseen.
  const note = state().notes[0]
  const { text } = note.versions.at(-1)
  note.versions.push({ ...note.versions.at(-1), version: 'another', text: `${text}\nMore.\n` })
  await share.getByRole('button', { name: 'Commit 2 files' }).click()
  await share.getByText('have changed since you looked').waitFor()
  assert.equal(state().shared.length, 0)
  assert.equal(await files.count(), 3)
  await share.getByRole('button', { name: 'I have seen it' }).click()
  state().secrets = [{ path: note.path, line: 4, kind: 'GitHub token' }]
  state().announce({ type: 'note', workspace: 'W1', path: note.path })
  await share.getByText('GitHub token').waitFor()
  assert.ok(await share.getByRole('button', { name: 'Commit 3 files' }).isDisabled())
  state().secrets = []
  state().announce({ type: 'note', workspace: 'W1', path: note.path })
  await share.getByText('GitHub token').waitFor({ state: 'detached' })
  await share.getByLabel('Message').fill('Notes of the limits')
  await page.keyboard.press('Control+Enter')
  await said('3 files committed as f2a81c04')
  assert.equal(state().shared.at(-1).message, 'Notes of the limits')
  await until(
    () => page.locator('.rows a', { hasText: 'not committed' }).count(),
    (many) => many === 0,
    page,
  )
})

test('a pasted mail and an image are sources, kept beside the notes', async () => {
  await page.keyboard.press('d')
  const decision = form('New decision')
  await decision.getByPlaceholder('What is decided').fill('Ids are text')
  await decision.getByLabel('Sources', { exact: true }).focus()
  await paste({ text: 'From: lea@example.com\nSubject: Ids\n\nOurs have letters in them.' })
  await decision.locator('.token', { hasText: /attachments\/.*\.eml/ }).waitFor()
  await decision.getByLabel('Sources', { exact: true }).focus()
  await paste({ png: PNG })
  await decision.locator('.token', { hasText: /images\/.*\.png/ }).waitFor()
  await decision.getByRole('button', { name: 'Mail or ticket' }).click()
  await decision.getByLabel('Mail or ticket').fill('Ticket 4711: the export has letters, too')
  await page.keyboard.press('Control+Enter')
  await decision.locator('.token', { hasText: /attachments\/.*\.txt/ }).waitFor()
  await decision.getByRole('button', { name: 'Write down' }).click()
  await page.getByRole('heading', { name: /D10/ }).first().waitFor()
  assert.deepEqual(
    state()
      .written.at(-1)
      .sources.map((source) => source.replace(/\/.*\./, '/')),
    ['attachments/eml', 'images/png', 'attachments/txt'],
  )
  assert.ok([...state().texts.values()].some((text) => text.includes('letters in them')))
})

test('an image is chosen in the editor, and stands where the caret is', async () => {
  await go('/w/W1/notes/.callboard/notes/data-model.md?part=edit')
  const editor = page.getByLabel('The whole file')
  await editor.waitFor()
  await editor.evaluate((field) => field.setSelectionRange(field.value.length, field.value.length))
  await page
    .locator('.write input[type=file]')
    .setInputFiles({ name: 'Mock up.png', mimeType: 'image/png', buffer: Buffer.from(PNG, 'base64') })
  await until(
    () => editor.inputValue(),
    (text) => /!\[Mock up\]\(images\/[0-9a-f]+\.png\)$/.test(text),
    page,
  )
  await page.getByRole('region', { name: 'Preview' }).getByRole('img', { name: 'Mock up' }).waitFor()
  await page.keyboard.press('Control+s')
  await said('is saved')
})

test('a note is put into another one', async () => {
  await go('/w/W1/notes')
  await row(page, 'D9').waitFor()
  await page.keyboard.press('n')
  const note = form('New note')
  await note.getByLabel('Put it into').selectOption('.callboard/notes/data-model.md')
  await note.getByPlaceholder('Heading of the section').fill('What is missing')
  await note.getByLabel('Text').fill('An index on the account.')
  await note.getByRole('button', { name: 'Add to the note' }).click()
  await page.getByRole('heading', { name: 'What is missing' }).waitFor()
  assert.equal(state().written.at(-1).into, '.callboard/notes/data-model.md')
})

test('nothing went wrong in the page', () => assert.deepEqual(view.problems, []))
