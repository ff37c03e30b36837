// What a note tells whoever reads it: what holds, what is not there, where it was said, and the way on.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser } from './browser.mjs'
import { writeElsewhere } from '../mock/routes/notes.mjs'
import { open, PHONE, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/notes')
  page = view.page
  await row(page, 'D9').waitFor()
})
after(() => view.close())

const KEYED = '.callboard/decisions/D9-count-per-account.md'
const go = (path) => page.goto(view.daemon.url + path)
const goTo = (note, part = '') => go(`/w/W1/notes/${note}${part}`)
const palette = () => page.getByRole('combobox', { name: 'Go to, or do' })
const article = () => page.locator('article')
const aside = () => page.getByLabel('About this note')

test('a double click that closes the editor removes nothing', async () => {
  await goTo('D9', '?part=edit')
  const close = page.getByRole('button', { name: 'Close', exact: true })
  await close.dblclick()
  await article().waitFor()
  await page.waitForTimeout(200)
  assert.match(page.url(), /notes\/D9$/)
  assert.ok(!view.daemon.state.notes.find(({ path }) => path === KEYED).gone)
  await goTo('D9')
  await page.getByRole('button', { name: 'Remove this note' }).dblclick()
  await page.getByRole('button', { name: 'Remove this note' }).waitFor()
  assert.ok(!view.daemon.state.notes.find(({ path }) => path === KEYED).gone)
})

test('the palette finds notes by title and decisions by id', async () => {
  await go('/w/W1/board')
  await page.locator('[data-card="T12"]').waitFor()
  await page.keyboard.press('Control+k')
  await palette().fill('d3')
  await page.getByRole('option', { name: /Count requests per connection/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/w\/W1\/notes\/D3$/)
  await page.keyboard.press('Control+k')
  await palette().fill('data model')
  await page.getByRole('option', { name: /Data model of invoices/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/data-model\.md$/)
})

test('a superseded decision says by which', async () => {
  await goTo('D3')
  const told = page.getByRole('note').filter({ hasText: 'Superseded by' })
  await told.getByRole('link', { name: /D9 Count requests per account/ }).click()
  await page.waitForURL(/\/notes\/D9$/)
  await page.getByRole('heading', { name: 'Ruled out' }).waitFor()
  assert.equal(await page.getByText('Superseded by').count(), 0)
})

test('what is named and not there is drawn so, and leads nowhere', async () => {
  writeElsewhere(view.daemon.state, KEYED, (text) =>
    text
      .replace('sources: [', 'sources: [S41#41000200, S41#41000300, S44#44000012, ')
      .concat('\nSee [[Nope]], T999, S99999 and D8.\n'),
  )
  await goTo('D9')
  await article().locator('.missing', { hasText: 'Nope' }).waitFor()
  assert.equal(
    await article()
      .getByRole('link', { name: /Nope|T999|S99999/ })
      .count(),
    0,
  )
  await article().getByRole('link', { name: 'D8' }).waitFor()
})

test('an image that is not there is told by its words', async () => {
  writeElsewhere(view.daemon.state, KEYED, (text) => `${text}\n![A drawing of it](images/gone.png)\n`)
  await goTo('D9')
  await article().locator('.missing', { hasText: 'A drawing of it' }).waitFor()
  assert.equal(await article().getByRole('img', { name: 'A drawing of it' }).count(), 0)
})

test('sources of one session are told once, and what it is about is not named again', async () => {
  const events = aside().locator('li.events')
  assert.equal(await events.count(), 2)
  const text = (await events.first().innerText()).replaceAll('\n', ' ')
  assert.match(text, /3 events of S41 “.+” S41#41000200 S41#41000300 S41#41000100/)
  assert.match(await events.nth(1).innerText(), /^event of S44/)
  const file = aside().getByText('crates/api/src/middleware.rs', { exact: true })
  assert.equal(await file.count(), 1)
  await goTo('D8')
  const by = aside().getByRole('link', { name: /Data model of invoices/ })
  assert.equal(await by.innerText(), 'Data model of invoices\n.callboard/notes/data-model.md')
})

test('a list tells titles and summaries in plain words', async () => {
  writeElsewhere(view.daemon.state, '.callboard/notes/testing.md', (text) =>
    text.replace('- give', '- **Always**, as [[Data model of invoices]] says: give'),
  )
  await go('/w/W1/notes')
  const told = row(page, '.callboard/notes/testing.md').getByText('as Data model of invoices says')
  await told.waitFor()
  assert.ok(!(await told.innerText()).includes('**'))
})

for (const [path, word, to] of [
  ['/t/T999', 'Go to the board', '/w/W1/board'],
  ['/s/S99999', 'Go to the sessions', '/w/W1/sessions'],
  ['/w/W1/notes/Nope', 'Go to the notes', '/w/W1/notes'],
]) {
  test(`${path} is not there, and has a way on`, async () => {
    await go(path)
    await page.getByRole('link', { name: word }).click()
    await until(
      () => new URL(page.url()).pathname,
      (now) => now === to,
      page,
    )
  })
}

test('a session lists what was written of it', async () => {
  await go('/s/S41')
  const list = page.getByRole('region', { name: 'Decisions and notes' })
  await list.getByRole('link', { name: /D9 Count requests per account/ }).waitFor()
  await list.getByText('S41', { exact: false }).first().waitFor()
  await go('/s/S45')
  await page.locator('.aside').waitFor()
  assert.equal(await list.count(), 0)
})

test('a session beside a list has its title in two lines, and hands off', async () => {
  await go('/w/W1/board?open=S41')
  const panel = page.locator('aside.panel')
  await panel.getByRole('button', { name: 'Hand off' }).click()
  await page.waitForURL(/open=handoff-S41$/)
})

test('on a phone, a note leads back to the list', async () => {
  const { browser, close } = await openBrowser()
  const phone = await (await browser.newContext({ viewport: PHONE, hasTouch: true })).newPage()
  await phone.goto(`${view.daemon.url}/w/W1/notes/D9`)
  await phone.getByRole('main').getByRole('link', { name: 'Notes', exact: true }).click()
  await row(phone, 'D9').waitFor()
  const tops = await phone
    .locator('.filters :is(.text, .kinds, .button)')
    .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().bottom / 40)))
  assert.equal(new Set(tops).size, 2, 'the toolbar has two rows')
  await close()
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
