// Reviews: found as proposals, opened, read, checked, answered, landed.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { theirs as said } from '../mock/fixtures/reviews.mjs'
import { card, focusedKey, open, PHONE, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/board')
  page = view.page
  await card(page, 'T12').waitFor()
})
after(() => view.close())

const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key)
}
const section = (name) => page.locator(`section[aria-label="${name}"]`)
const at = (pattern) =>
  until(
    () => page.url(),
    (url) => pattern.test(url),
    page,
  )
const goTo = async (path) => {
  await page.goto(view.daemon.url + path)
}

test('cards say whom their task conflicts with, and with whom it is coupled', async () => {
  await card(page, 'T13').getByText('conflict with T14').waitFor()
  await card(page, 'T12').getByText('coupled with T10').waitFor()
  const title = await card(page, 'T12').getByText('coupled with T10').getAttribute('title')
  assert.match(title, /T10 newly calls `Bucket::take`, whose signature T12 changed/)
  assert.equal(await card(page, 'T12').getByText('conflict with').count(), 0)
})

test('a session shows how much it changes, and what its changes meet', async () => {
  await goTo('/s/S41')
  const aside = page.locator('.aside section', { hasText: 'Changes' })
  await aside.getByText('4 files against main').waitFor()
  assert.match(await aside.innerText(), /\+29\s+−12\s+not all committed/)
  await aside.getByText('T18 expects').waitFor()
})

test('proposals come first, each with its members and the sentence that joins them', async () => {
  await press('g', 'r')
  await section('Proposed').waitFor()
  const names = await page
    .locator('.rows > section')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  assert.deepEqual(names, ['Proposed', 'Open', 'In no review', 'Ended'])
  await section('Proposed').getByText('which T14 renamed to').waitFor()
})

test('a member is split off with one key and put back, and a proposal is opened with one', async () => {
  await press('j', 'j')
  assert.match(await focusedKey(page), /^member .*T14$/)
  await press('x')
  await section('Proposed').getByText('Review 1 changeset', { exact: true }).waitFor()
  await press('x')
  await section('Proposed').getByText('Review 2 changesets').waitFor()
  await press('k', 'Enter')
  await at(/\/review\/R20$/)
  await page.getByRole('heading', { name: 'Move invoice numbers' }).waitFor()
  assert.deepEqual([...view.daemon.state.reviews.get('R20').members.map(({ name }) => name)], ['T14', 'T19'])
  await page.goBack()
  await section('Open').getByText('R20').waitFor()
  assert.equal(await section('Proposed').count(), 0)
})

test('the keyboard alone opens, reads, marks, comments, sends, checks and lands', async () => {
  await goTo('/review/R20')
  await page.getByRole('heading', { name: 'Move invoice numbers' }).waitFor()
  await press('d')
  await page.locator('.row.cursor .file', { hasText: 'number.rs' }).waitFor()
  // Steps go over what was read.
  await page.locator('.row.code', { hasText: 'select max(number)' }).first().waitFor()
  await press('n')
  await page.locator('.row.cursor', { hasText: 'select max(number)' }).waitFor()
  await press('ArrowDown', 'c')
  await page.keyboard.type('What about gaps?')
  await press('Control+Enter')
  await page.locator('article.draft', { hasText: 'What about gaps?' }).waitFor()
  await press('s')
  await page.locator('.toast', { hasText: 'Sent to S42' }).waitFor()
  await press('v')
  await page.getByText('1 of 3 viewed').waitFor()
  await press('r', 'd')
  await section('Checks').waitFor()
  await press('l')
  await page.getByRole('alertdialog').waitFor()
  await press('Enter')
  await page.getByText('Landed on main').waitFor()
})

test('an empty page says what will be here, and what fills it', async () => {
  const bare = await open('/w/W1/review', { bare: true })
  after(() => bare.close())
  await bare.page.getByText('callboard review open T12 T13').waitFor()
  assert.deepEqual(bare.problems, [])
})

test('the coupling that must be seen first comes first, and shows both places', async () => {
  await goTo('/review/R7')
  const ties = section('Between them').locator('.tie')
  await ties.first().waitFor()
  assert.match(await ties.first().innerText(), /bound to break\s+T10 newly calls Bucket::take/)
  await ties.first().getByRole('button').first().click()
  const places = page.locator('section.places')
  await places.locator('.here', { hasText: 'pub fn take(&mut self, account: AccountId' }).waitFor()
  await places.locator('.here', { hasText: 'app.buckets.of(page.account).take(' }).waitFor()
  await places.getByRole('button', { name: 'crates/api/src/customers/list.rs:12' }).click()
  await at(/part=diff/)
  await page.locator('.row.cursor[data-row=tie]').waitFor()
})

test('green alone and red together is seen, a proven conflict said, a log opened in place', async () => {
  await goTo('/review/R7')
  const checks = section('Checks')
  await checks.getByText('T12 and T10 pass alone and fail together.').waitFor()
  await checks.getByRole('button', { name: /together: failed/ }).click()
  await checks.getByText('this method takes 2 arguments').waitFor()
  assert.equal(await checks.locator('pre .red').innerText(), 'FAIL')
  const unknown = checks.getByRole('button', { name: /C alone: could not run/ })
  await unknown.click()
  await checks.getByText('port 5432 is taken').waitFor()
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await until(
    () => checks.getByRole('button', { name: /: runs/ }).count(),
    (count) => count >= 6,
    page,
  )
})

test('a conflict shows what each was asked for, and what each made of the lines', async () => {
  await goTo('/review/R8')
  const clash = page.locator('section.clash')
  await clash.waitFor()
  for (const part of [
    'Refund only what was captured, and say why',
    'Give invoice numbers a sequence',
    'reason: Reason',
    'number: InvoiceNumber',
  ])
    assert.ok((await clash.innerText()).includes(part), part)
  await page.getByText('T14 does not land with T13').waitFor()
  assert.ok(await page.getByRole('button', { name: 'Land…' }).isDisabled())
  await page.getByRole('button', { name: 'Have an agent merge them' }).click()
  await page.getByText('Merged by an agent: T20 (claude)').waitFor()
})

test('it lands after a word on what will be done, and comes back', async () => {
  await goTo('/review/R7')
  await page.getByText('Not to be landed').waitFor()
  view.daemon.state.changeReview('R7', { hinders: null })
  await page.getByText('Not to be landed').waitFor({ state: 'detached' })
  await press('l')
  const ask = page.getByRole('alertdialog')
  await ask.getByText('T12, T10, then T18 land on main, as one commit each').waitFor()
  await press('Escape')
  await ask.waitFor({ state: 'detached' })
  await press('l')
  await ask.waitFor()
  await press('Enter')
  await page.getByText('Landed on main as 81c0f7e').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: 'Land…' }).waitFor()
})

test('it is sent as a stack after what is pushed was seen, and shows its pull requests', async () => {
  await press('l')
  const ask = page.getByRole('alertdialog')
  await ask.getByLabel('to its remote, as a stack').check()
  const pushed = ask.getByRole('list', { name: 'What is pushed' })
  await pushed.getByText('callboard/R7-t10 onto callboard/R7-t12').waitFor()
  await pushed.getByText('2 of 3, on top of the one before.').waitFor()
  await ask.getByText('main itself is not pushed to').waitFor()
  await ask.getByRole('button', { name: 'Send' }).click()
  const sent = page.getByRole('status', { name: 'At the remote' })
  await sent.getByRole('link', { name: '#441 · CI … running' }).waitFor()
  assert.equal(await sent.getByRole('listitem').count(), 3)
  await page.getByRole('button', { name: 'Refresh pull requests' }).click()
  await sent.getByRole('link', { name: '#441 · CI ✓ passed' }).waitFor()
  await page.getByText('asked now').waitFor()
})

test('what was said on a pull request is marked as theirs, and sent one by one', async () => {
  const { state } = view.daemon
  const quoted = '> crates/api/src/limits/bucket.rs:9\n>\n>     pub burst: u32,\n\nWho sets this now?'
  const line = {
    type: 'lines',
    path: 'crates/api/src/customers/list.rs',
    old: false,
    from: 12,
    to: 12,
    text: '',
  }
  const file = { type: 'whole_file', path: 'crates/api/src/limits/bucket.rs' }
  const comments = [said(92, 'S38', line, 'Is this one call each?'), said(93, 'S41', file, quoted)]
  await goTo('/review/R7')
  state.changeReview('R7', { comments: [...state.reviews.get('R7').comments, ...comments] })
  const theirs = page.locator('article', { hasText: 'from GitHub, by lea-b' })
  await theirs.first().waitFor()
  assert.equal(await theirs.count(), 2)
  const link = theirs.first().getByRole('link', { name: '#439' })
  assert.match(await link.getAttribute('href'), /#discussion_r9092$/)
  assert.equal(await theirs.getByRole('button', { name: 'Change' }).count(), 0)
  await theirs.last().getByText('pub burst: u32,').waitFor()
  // The key that sends all drafts sends none of them.
  const before = state.sent.length
  await press('s')
  await page.getByText('There is no comment to send.').waitFor()
  await theirs.first().getByRole('button', { name: 'Send to S38' }).click()
  await theirs.first().getByText('sent', { exact: true }).waitFor()
  assert.deepEqual(
    view.daemon.state.sent.slice(before).map(({ id }) => id),
    [92],
  )
  await theirs.last().getByRole('button', { name: 'Discard' }).click()
  await until(
    () => theirs.count(),
    (count) => count === 1,
    page,
  )
})

test('a refusal says why, and leaves the review as it was', async () => {
  await press('l')
  const ask = page.getByRole('alertdialog')
  // What was sent once is offered to be sent again, as it was.
  assert.ok(await ask.getByLabel('to its remote again, as a stack').isChecked())
  await ask.getByLabel('onto main, here').check()
  view.daemon.control.fail = { status: 409, error: 'main moved; nothing was landed.', hint: 'Look again.' }
  await ask.getByRole('button', { name: 'Land', exact: true }).click()
  await page.locator('.toast', { hasText: 'Nothing was landed. main moved' }).waitFor()
  view.daemon.control.fail = null
  assert.equal(view.daemon.state.reviews.get('R7').state, 'open')
})

test('a member leaves a review, and stays what it is', async () => {
  await page.getByRole('button', { name: 'Split T18 off' }).click()
  await page.getByRole('button', { name: 'Split T18 off' }).waitFor({ state: 'detached' })
  await page.getByText('T18 expects').waitFor({ state: 'detached' })
})

test('a phone shows all of it, and nothing wider than itself', async () => {
  const phone = await open('/review/R7', { viewport: PHONE, touch: true })
  after(() => phone.close())
  await phone.page.getByText('Proven conflict').waitFor()
  const widest = () => phone.page.evaluate(() => document.documentElement.scrollWidth)
  assert.equal(await widest(), PHONE.width)
  await phone.page.getByRole('tab', { name: 'Diff' }).click()
  await phone.page.locator('.row.code').first().waitFor()
  assert.equal(await phone.page.getByRole('button', { name: 'Side by side' }).count(), 0)
  assert.equal(await widest(), PHONE.width)
  assert.deepEqual(phone.problems, [])
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
