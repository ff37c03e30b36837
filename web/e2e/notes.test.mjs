// Notes and decisions: found, read with their diagrams, edited beside others, taken back, and made of what a session says.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { writeElsewhere } from '../mock/routes/notes.mjs'
import { focusedKey, open, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/notes')
  page = view.page
  await row(page, 'D9').waitFor()
})
after(() => view.close())

const MODEL = '.callboard/notes/data-model.md'
const HOSTILE = '.callboard/notes/hostile.md'
const state = () => view.daemon.state
const textOf = (path) =>
  state()
    .notes.find((note) => note.path === path)
    .versions.at(-1).text
const go = (path) => page.goto(view.daemon.url + path)
const goTo = (note, part = '') => go(`/w/W1/notes/${note}${part}`)
const names = () => page.locator('.rows a[data-key]').evaluateAll((all) => all.map((one) => one.dataset.key))
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key)
}
const said = (text) => page.locator('.toast', { hasText: text }).first().waitFor()
const editor = () => page.getByLabel('The whole file')
const preview = () => page.getByRole('region', { name: 'Preview' })
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('a list tells kind, standing and whose word it is, newest first', async () => {
  const text = (await row(page, 'D9').innerText()).replaceAll('\n', ' ')
  for (const part of ['D9', 'Count requests per account', 'decided', 'S41', 'an agent’s word', 'T12', '26 h'])
    assert.ok(text.includes(part), `${part} in ${text}`)
  assert.ok((await row(page, 'D3').innerText()).includes('superseded'))
  assert.ok((await row(page, MODEL).innerText()).includes('you'))
  assert.deepEqual((await names())[0], HOSTILE)
})

test('it is filtered by kind, by words and by what it is about, in the address', async () => {
  await page.getByRole('button', { name: 'Decisions', exact: true }).click()
  await until(names, (all) => all.length === 3, page)
  await press('f')
  await page.keyboard.type('account')
  await until(names, (all) => all.length === 2, page)
  assert.match(page.url(), /kind=decision&q=account/)
  await go('/w/W1/notes?about=T14')
  await until(names, (all) => all.length === 2, page)
  await page.getByRole('button', { name: /about T14/ }).click()
  await until(names, (all) => all.length === 7, page)
})

test('keys lead to a note and back to its row', async () => {
  await go('/w/W1/board')
  await page.locator('[data-card="T12"]').waitFor()
  await press('g', 'n')
  await row(page, 'D9').waitFor()
  await row(page, 'D9').focus()
  await press('k', 'j', 'Enter')
  await page.getByRole('heading', { name: 'Count requests per account' }).waitFor()
  await page.goBack()
  await until(
    () => focusedKey(page),
    (key) => key === 'D9',
    page,
  )
})

test('one that is written elsewhere comes up by itself', async () => {
  writeElsewhere(state(), '.callboard/notes/testing.md', (text) =>
    text.replace('How we test limits', 'How we test'),
  )
  await row(page, '.callboard/notes/testing.md').getByText('How we test', { exact: true }).waitFor()
})

test('ids lead to what they name, and sources open the session there', async () => {
  await goTo('D9')
  const article = page.locator('article')
  assert.equal(await article.getByRole('link', { name: 'T12' }).getAttribute('href'), '/t/T12')
  assert.equal(await article.getByRole('link', { name: 'R7' }).getAttribute('href'), '/review/R7')
  const aside = page.getByLabel('About this note')
  await aside.locator('img').waitFor()
  assert.ok(
    await article.locator('img').evaluate((image) => image.decode().then(() => image.naturalWidth > 0)),
  )
  assert.equal(
    await aside.getByRole('link', { name: /example\.com/ }).getAttribute('rel'),
    'noreferrer noopener',
  )
  await aside.getByText('Noor').waitFor()
  await aside
    .getByRole('link', { name: /S41#41000100/ })
    .first()
    .click()
  await page.waitForURL(/\/s\/S41\/41000100$/)
  await page.locator('.item.here').waitFor()
  await page.goBack()
})

test('a note says who names it', async () => {
  await goTo('.callboard/notes/testing.md')
  await page
    .getByLabel('About this note')
    .getByRole('link', { name: /Data model of invoices/ })
    .click()
  await page.getByRole('heading', { name: 'Data model of invoices', level: 1 }).first().waitFor()
})

test('diagrams are drawn, and again in the other theme', async () => {
  await goTo(MODEL)
  const images = page.locator('article figure img')
  await until(
    () => images.count(),
    (n) => n === 2,
    page,
  )
  const light = await images.first().getAttribute('src')
  assert.ok(await images.first().evaluate((image) => image.decode().then(() => image.naturalWidth > 200)))
  assert.ok(decodeURIComponent(light).includes('ACCOUNT'))
  await page.getByRole('button', { name: /^Theme/ }).click()
  await page.getByRole('button', { name: /^Theme: light/ }).click()
  await until(
    () => images.first().getAttribute('src'),
    (src) => src !== light,
    page,
  )
  await page.getByRole('button', { name: /^Theme: dark/ }).click()
})

test('a diagram that cannot be drawn shows its source and why, and the rest of the note stands', async () => {
  await goTo('.callboard/notes/close-ideas.md')
  await page.getByText('This diagram cannot be drawn').waitFor()
  await page.locator('article figure pre', { hasText: 'read[Read entries' }).waitFor()
  await page.getByText('Nothing decided yet.').waitFor()
  await page.getByText('its front matter cannot be read at line 4').waitFor()
})

test('a note that would do something does nothing', async () => {
  await goTo(HOSTILE)
  await page.locator('article figure img').waitFor()
  const asked = []
  page.on('request', (request) => asked.push(request.url()))
  await page.waitForTimeout(300)
  assert.ok(!(await page.title()).includes('owned'))
  assert.equal(await page.locator('article :is(script, iframe, [onerror], [href^=javascript])').count(), 0)
  assert.equal(await page.locator('article img:not(figure img)').count(), 0)
  assert.deepEqual(
    asked.filter((url) => !url.startsWith(view.daemon.url) && !url.startsWith('data:')),
    [],
  )
  // Chromium tells of a handler in what is only cleaned; nothing else may be complained of.
  const told = view.problems.splice(0)
  assert.deepEqual(
    told.filter((problem) => !problem.startsWith('Executing inline event handler')),
    [],
  )
})

test('what is written is shown beside it, and is saved by a key', async () => {
  await goTo(MODEL)
  await page.getByRole('heading', { name: 'How a number is given' }).waitFor()
  await press('e')
  await editor().waitFor()
  await editor().press('Control+End')
  await page.keyboard.type('\nWritten **by hand**, see D8.')
  await preview().locator('strong', { hasText: 'by hand' }).waitFor()
  assert.equal(
    await preview().getByRole('link', { name: 'D8' }).last().getAttribute('href'),
    '/w/W1/notes/D8',
  )
  await press('Control+s')
  await said('The note is saved')
  assert.ok(textOf(MODEL).endsWith('Written **by hand**, see D8.'))
  await press('Escape', 'Escape')
  await page.locator('article strong', { hasText: 'by hand' }).waitFor()
})

test('words that are not saved outlive a reload and leaving the page', async () => {
  await press('e')
  await editor().press('Control+End')
  await page.keyboard.type(' Not yet.')
  await page.reload()
  await until(
    () => editor().inputValue(),
    (text) => text.endsWith('Not yet.'),
    page,
  )
  await page.getByRole('button', { name: 'Close' }).click()
  await said('not saved yet')
  await press('u')
  await row(page, MODEL).getByText('not saved').waitFor()
  await row(page, MODEL).click()
  await page.getByText('Words of yours that are not saved are kept here').waitFor()
  await page.getByRole('button', { name: 'Go on writing' }).click()
  assert.ok((await editor().inputValue()).endsWith('Not yet.'))
})

test('what somebody else changed meanwhile is merged in, and told', async () => {
  writeElsewhere(state(), MODEL, (text) =>
    text.replace('# Data model of invoices', '# Data model of invoices and accounts'),
  )
  await page.getByText('This note was changed elsewhere since you began').waitFor()
  await press('Control+s')
  await page.getByText('Both changes are in it now').waitFor()
  await until(
    () => editor().inputValue(),
    (text) => text.includes('invoices and accounts'),
    page,
  )
  assert.ok(textOf(MODEL).includes('invoices and accounts') && textOf(MODEL).endsWith('Not yet.'))
})

test('where both changed the same lines, both are kept, and told', async () => {
  await page.getByRole('button', { name: 'I have seen it' }).click()
  await editor().fill(textOf(MODEL).replace('invoices and accounts', 'my accounts'))
  writeElsewhere(state(), MODEL, (text) => text.replace('invoices and accounts', 'their accounts'))
  await page.getByText('changed elsewhere since').waitFor()
  await press('Control+s')
  await page.getByText('Somebody else changed the same lines').waitFor()
  const text = await editor().inputValue()
  assert.ok(text.includes('my accounts') && text.includes('their accounts'))
  await press('Escape', 'Escape')
})

test('a refusal keeps the words', async () => {
  await press('e')
  await editor().press('Control+End')
  await page.keyboard.type(' Kept.')
  view.daemon.control.fail = { status: 409, error: 'the disk is full; nothing was written', hint: null }
  await press('Control+s')
  await said('the disk is full')
  view.daemon.control.fail = null
  assert.ok((await editor().inputValue()).endsWith(' Kept.'))
  await press('Control+s')
  await until(() => textOf(MODEL).endsWith(' Kept.'), Boolean, page)
})

test('a pasted image is put beside the notes and shown', async () => {
  await editor().press('Control+End')
  await editor().evaluate((field, png) => {
    const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([bytes], 'mock up.png', { type: 'image/png' }))
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }, PNG)
  await until(
    () => editor().inputValue(),
    (text) => /!\[mock up\]\(images\/[0-9a-f]{16}\.png\)$/.test(text),
    page,
  )
  const image = preview().locator('.markdown img')
  await image.waitFor()
  assert.ok(await image.evaluate((element) => element.decode().then(() => element.naturalWidth === 1)))
  await press('Control+s')
  await until(() => /images\/[0-9a-f]{16}/.test(textOf(MODEL)), Boolean, page)
  await press('Escape', 'Escape')
})

test('its history tells who and what, compares any two, and gives a text back', async () => {
  await goTo('D9')
  await page.getByRole('heading', { name: 'Why' }).waitFor()
  await press('h')
  const versions = page.getByRole('option', { name: /agent’s word|you/ })
  await until(
    () => versions.count(),
    (n) => n === 3,
    page,
  )
  const difference = page.getByRole('figure', { name: 'Difference' })
  await difference.locator('.added', { hasText: 'Per address' }).waitFor()
  await versions.nth(1).click()
  await difference.locator('.added', { hasText: 'Lea: what is' }).waitFor()
  const newest = state()
    .notes.find(({ path }) => path.includes('D9'))
    .versions.at(-1).version
  await page.getByLabel('Compare with').selectOption(newest)
  await difference.locator('.removed', { hasText: 'Per address' }).waitFor()
  await page.getByRole('button', { name: 'Restore this text' }).click()
  await said('is the note’s again')
  await until(
    () => versions.count(),
    (n) => n === 4,
    page,
  )
  assert.ok(!textOf('.callboard/decisions/D9-count-per-account.md').includes('Per address'))
})

test('one that is removed comes back', async () => {
  await goTo('D3')
  await page.getByRole('button', { name: 'Remove this note' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Remove this note' }).click()
  await page.getByRole('button', { name: 'Remove D3' }).click()
  await said('D3 is removed; what it said is kept')
  await until(names, (all) => all.length > 3 && !all.includes('D3'), page)
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click()
  await row(page, 'D3').waitFor()
})

test('a decision is written down in a form that outlives a reload', async () => {
  await go('/w/W1/notes')
  await row(page, 'D9').waitFor()
  await press('d')
  const form = page.getByRole('form', { name: 'New decision' })
  await form.getByPlaceholder('What is decided').fill('Round up to whole seconds')
  await form.getByLabel('Why', { exact: true }).fill('A client never comes back too early.')
  await form.getByRole('button', { name: 'Add what was ruled out' }).click()
  await page.keyboard.type('Milliseconds')
  await press('Tab')
  await page.keyboard.type('the header has none')
  await page.reload()
  assert.equal(await form.getByPlaceholder('What is decided').inputValue(), 'Round up to whole seconds')
  await form.getByLabel('Task').selectOption('T12')
  await form.getByLabel('Files').fill('src/retry.rs')
  await press('Enter', 'Control+Enter')
  await page.waitForURL(/\/w\/W1\/notes\/D10$/)
  await page.getByRole('heading', { name: 'Round up to whole seconds' }).waitFor()
  assert.deepEqual(state().written.at(-1), {
    workspace: 'W1',
    kind: 'decision',
    title: 'Round up to whole seconds',
    body: null,
    why: 'A client never comes back too early.',
    ruled_out: [{ what: 'Milliseconds', why: 'the header has none' }],
    open: [],
    status: 'decided',
    supersedes: [],
    task: 'T12',
    session: null,
    files: ['src/retry.rs'],
    sources: [],
  })
})

test('an empty workspace says what will be here', async () => {
  await go('/w/W2/notes')
  await page.getByText('What was decided, why, and what was ruled out will be here').waitFor()
  await page.getByText('callboard decide "…"').waitFor()
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
