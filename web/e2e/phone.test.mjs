import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, column, open, PHONE, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/', { viewport: PHONE, touch: true })
  page = view.page
  await card(page, 'T13').waitFor()
})
after(() => view.close())

const inSight = (name) =>
  column(page, name).evaluate((element) => {
    const box = element.getBoundingClientRect()
    return box.left >= 0 && box.right <= innerWidth
  })

test('the board opens where something waits', async () => {
  await until(() => inSight('needs_you'), Boolean, page)
})

test('a tab leads to its column', async () => {
  await page.getByRole('navigation', { name: 'Columns' }).getByRole('button', { name: 'Done' }).tap()
  await until(() => inSight('done'), Boolean, page)
})

test('a card opens as a sheet, and its column can be chosen there', async () => {
  await card(page, 'T8').tap()
  const sheet = page.locator('aside.panel')
  await sheet.getByLabel('Column', { exact: true }).selectOption('review')
  await until(
    () => view.daemon.state.tasks.get('T8').column,
    (name) => name === 'review',
    page,
  )
  await sheet.getByRole('button', { name: 'Close' }).tap()
  await sheet.waitFor({ state: 'detached' })
})

test('no page is wider than the screen', async () => {
  for (const path of [
    '/w/W1/board',
    '/w/W1/board?open=C81',
    '/w/W1/calls',
    '/c/C81',
    '/c/C83',
    '/c/C85',
    '/c/C87',
    '/w/W1/worktrees',
    '/w/W1/sessions',
    '/s/S41',
    '/t/T12',
    '/w/W1/notes',
    '/w/W1/notes?open=decision',
    '/w/W1/notes/D9',
    '/w/W1/notes/D9?part=edit',
    '/w/W1/notes/D9?part=history',
    '/s/S41?open=brief-S41',
    '/s/S41?open=handoff-S41',
    '/w/W1/search?q=bucket',
    '/w/W1/since',
  ]) {
    await page.goto(view.daemon.url + path)
    await page.locator('main > *').first().waitFor()
    await page.waitForTimeout(200)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path)
  }
})

test('a call is answered with the thumb, and the next one follows', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /Calls/ }).tap()
  await page.locator('a.row[data-key="C85"]').tap()
  const call = page.locator('.card article')
  const allow = call.getByRole('button', { name: 'Allow once' })
  assert.ok((await allow.boundingBox()).height >= 44)
  await allow.tap()
  await call.getByText('You answered:').first().waitFor()
  assert.deepEqual(
    view.daemon.state.answers.map(({ id }) => id),
    ['C85', 'C86'],
  )
  await page.getByRole('button', { name: 'Next', exact: true }).tap()
  await call.locator('h2', { hasText: 'psql' }).waitFor()
  await page.goBack()
  await page.goBack()
  await page.locator('.list a.row').first().waitFor()
})

test('a file and a line of a review are commented on with the thumb', async () => {
  await page.goto(`${view.daemon.url}/review/R7?part=diff`)
  const line = page.locator('.row.code', { hasText: 'refill(Instant::now())' }).first()
  await line.waitFor()
  await line.locator('[data-gutter]').last().tap()
  const form = page.locator('.diff textarea')
  await form.fill('Who gives the time in tests?')
  await page.getByRole('button', { name: 'Discard' }).tap()
  const button = page.getByRole('button', { name: /^Comment on .*bucket\.rs/ }).first()
  const box = await button.boundingBox()
  assert.ok(box.x >= 0 && box.x + box.width <= 390)
  await button.tap()
  await page.getByPlaceholder('Comment on the file').waitFor()
  await page.getByRole('button', { name: 'Discard' }).tap()
})

test('pages that the rail has no room for are in the menu of workspaces', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  await page.getByRole('button', { name: /Workspace ledger/ }).click()
  await page.getByRole('link', { name: 'Night', exact: true }).click()
  await page.locator('[data-night-task="T13"]').waitFor()
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
