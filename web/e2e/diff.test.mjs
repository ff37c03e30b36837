// The diff of a review: read with the keyboard, marked, commented on; long ones stay light.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { open, until } from './fixture.mjs'

const LINES = 100_000
let view
let page
before(async () => {
  view = await open('/review/R7?part=diff', { lines: LINES })
  page = view.page
})
beforeEach(async () => {
  await page.goto(`${view.daemon.url}/review/R7?part=diff`)
  await page.locator('.row.code').first().waitFor()
})
after(() => view.close())

const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key)
}
const scroller = () => page.locator('.diff .scroller')
const row = (text) => page.locator('.row.code', { hasText: text }).first()
const cursor = () => page.locator('.row.cursor')
const header = (path) => page.locator(`.row .file[data-path="${path}"]`)
const review = (id = 'R7') => view.daemon.state.reviews.get(id)
const cursorSays = (text) => page.locator('.row.cursor', { hasText: text }).waitFor()

test('every changed line wears its member’s letter and colour', async () => {
  const line = row('refill(Instant::now())')
  await line.waitFor()
  assert.equal(await line.locator('.letters').innerText(), 'A')
  const bar = await line.locator('.bar').evaluate((element) => getComputedStyle(element).backgroundColor)
  assert.notEqual(bar, 'rgba(0, 0, 0, 0)')
  await press('j', 'j')
  await row('.layer(from_fn_with_state').waitFor()
  assert.equal(await row('.layer(from_fn_with_state').locator('.letters').innerText(), 'AB')
})

test('words that changed in a line are marked, and code has its colours', async () => {
  await row('account: AccountId, cost').waitFor()
  await until(
    () => row('account: AccountId, cost').locator('.strong').allInnerTexts(),
    (marked) => marked.join('') === 'account: AccountId, RetryAfter',
    page,
  )
  await row('pub fn take').locator('.keyword').first().waitFor()
})

test('j and k go by files, n and p by changes, arrows by lines', async () => {
  await press('j')
  await cursorSays('bucket.rs')
  await press('n')
  await cursorSays('use std::num::NonZeroU32;')
  await press('n')
  await cursorSays('pub struct Bucket { tokens')
  await press('p')
  await cursorSays('use std::num::NonZeroU32;')
  await press('ArrowDown')
  await cursorSays('use std::time')
  await press('j')
  await cursorSays('middleware.rs')
  await press('k')
  await cursorSays('bucket.rs')
})

test('couplings are gone through, from one end to the other', async () => {
  await press(']')
  await page.locator('.row.cursor[data-row=tie]').waitFor()
  await page.locator('section.places', { hasText: 'bound to break' }).waitFor()
  await press('e')
  await until(
    () => page.locator('.sticky .file, .row .file').evaluateAll((all) => all.map((one) => one.dataset.path)),
    (paths) => paths.includes('crates/api/src/customers/list.rs'),
    page,
  )
  await press(']')
  await page.locator('section.places', { hasText: 'likely to break' }).waitFor()
  await press('[')
  await page.locator('section.places', { hasText: 'bound to break' }).waitFor()
  await press('Escape')
  await page.locator('section.places').waitFor({ state: 'detached' })
})

test('v marks a file, folds it and goes on; one that changed since says so', async () => {
  await press('j', 'v')
  await cursorSays('middleware.rs')
  await until(
    () => review().files[0].viewed,
    (viewed) => viewed === 'yes',
    page,
  )
  assert.equal(await row('use std::num::NonZeroU32;').count(), 0)
  await page.getByText('1 of 8 viewed').waitFor()
  const [first, ...rest] = review().files
  view.daemon.state.changeReview('R7', {
    files: [{ ...first, viewed: 'changed_since', viewed_tree: 'before', digest: 'other' }, ...rest],
  })
  const since = header(first.path).getByRole('button', { name: 'Changed since you looked' })
  await since.waitFor()
  await since.click()
  await page.getByText('Only what changed since you looked at it.').waitFor()
  await header(first.path).getByRole('button', { name: 'Show all of it' }).click()
  await page.getByText('Only what changed since').waitFor({ state: 'detached' })
})

test('a comment that is being written outlives a reload, is kept as a draft, and sent', async () => {
  await press('j')
  await row('use std::num::NonZeroU32').waitFor()
  await press('n')
  await page.locator('.row.cursor', { hasText: 'use std::num::NonZeroU32' }).waitFor()
  await press('c')
  await page.keyboard.type('Why not a plain u32?')
  await page.getByText('To S41, which runs: it is told at once.').waitFor()
  await page.reload()
  await page.locator('.row.code').first().waitFor()
  const field = page.locator('.form textarea')
  await field.waitFor()
  assert.equal(await field.inputValue(), 'Why not a plain u32?')
  await press('s')
  await page.locator('.toast', { hasText: 'Add the comment' }).waitFor()
  assert.equal(view.daemon.state.sent.length, 0)
  await field.focus()
  await press('Control+Enter')
  await page.locator('article.draft', { hasText: 'Why not a plain u32?' }).waitFor()
  await field.waitFor({ state: 'detached' })
  await press('s')
  await page.locator('.toast', { hasText: 'Sent to S41.' }).waitFor()
  assert.deepEqual(view.daemon.state.sent[0].on, {
    type: 'lines',
    path: 'crates/api/src/limits/bucket.rs',
    old: false,
    from: 8,
    to: 8,
    text: 'use std::num::NonZeroU32;',
  })
})

test('lines are chosen in the gutter, or with Shift, and commented on as one', async () => {
  const from = row('/// Never more than').locator('.at').last()
  const to = row('limit: NonZeroU32,').locator('.at').last()
  await from.hover()
  await page.mouse.down()
  await to.hover()
  await page.mouse.up()
  await page.getByPlaceholder('Comment on lines 28 to 30').waitFor()
  await page.getByRole('button', { name: 'Discard' }).click()
  await press('j', 'n', 'n', 'Shift+ArrowDown')
  await until(
    () => page.locator('.row.chosen').count(),
    (count) => count >= 1,
    page,
  )
  await press('Escape')
  await until(
    () => page.locator('.row.chosen').count(),
    (count) => count === 0,
    page,
  )
})

test('a comment on a coupling reaches both', async () => {
  await press(']')
  await page.locator('.row.cursor[data-row=tie]').waitFor()
  await press('c')
  await page.getByPlaceholder('Comment on this coupling').waitFor()
  await page.getByText('To S41, which runs: it is told at once; S38, which waits for a prompt').waitFor()
  await page.keyboard.type('Who is charged for a page?')
  await press('Control+Enter')
  await until(
    () => review().comments.at(-1).to,
    (to) => String(to) === 'S41,S38',
    page,
  )
})

test('what answers a comment is shown as what changed since', async () => {
  await page.getByRole('tab', { name: 'Overview' }).click()
  await page.getByRole('button', { name: 'What changed since, in 1 file' }).click()
  await page.getByText('Only what changed since the comment was sent.').waitFor()
})

test('lines between hunks are shown a few at a time, or all', async () => {
  const gap = page.locator('.row[data-row=gap]').nth(1)
  assert.match(await gap.innerText(), /12 lines/)
  await gap.getByRole('button', { name: '12 lines' }).click()
  await until(
    () => page.locator('.row[data-row=gap]', { hasText: '12 lines' }).count(),
    (count) => count === 0,
    page,
  )
})

test('white space, one session and one file are shown by themselves', async () => {
  await press('i')
  await page.getByRole('button', { name: 'Without white space' }).waitFor()
  await press('i')
  await page.locator('ul[aria-label=Members] .member', { hasText: 'T10' }).click()
  await header('crates/api/src/limits/bucket.rs').waitFor({ state: 'detached' })
  await header('crates/api/src/middleware.rs').waitFor()
  await page.getByRole('button', { name: 'only T10: show all' }).click()
  await press('j', 'f')
  await until(
    () => page.locator('.row .file').count(),
    (count) => count === 1,
    page,
  )
  await press('f')
  await page.getByRole('button', { name: 'one file: show all' }).waitFor({ state: 'detached' })
})

test('lines that only moved are told from those that are new', async () => {
  await press('j', 'j', 'j', 'j')
  const moved = page.locator('.row.code .moved').first()
  await moved.waitFor()
  assert.match(
    await moved.locator('.sign').getAttribute('title'),
    /^moved (to|from) crates\/api\/src\/cursor\.rs/,
  )
})

test('side by side is there on a wide page, and remembered', async () => {
  await press('u')
  await page.locator('.row.split').first().waitFor()
  await page.reload()
  await page.locator('.row.split').first().waitFor()
  await press('u')
  await page.locator('.row.split').first().waitFor({ state: 'detached' })
})

test('a hundred thousand lines are few nodes, and the last line is near', async () => {
  await page.goto(`${view.daemon.url}/review/R9?part=diff`)
  await page.locator('.row.code').first().waitFor()
  const nodes = () => page.evaluate(() => document.querySelectorAll('.scroller *').length)
  assert.ok((await nodes()) < 3000, `${await nodes()} nodes`)
  const height = await scroller().evaluate((element) => element.scrollHeight)
  assert.ok(height > (LINES * 20) / 2, `${height} px`)
  for (const share of [0.3, 0.6, 0.9, 1]) {
    await scroller().evaluate((element, part) => (element.scrollTop = element.scrollHeight * part), share)
    await page.locator('.row.code').first().waitFor()
    assert.ok((await nodes()) < 3000, `${await nodes()} nodes`)
  }
})

test('what is looked at stays where it is while files above it are read and change', async () => {
  await page.goto(`${view.daemon.url}/review/R9?part=diff`)
  await page.locator('.row.code').first().waitFor()
  await page.locator('nav[aria-label=Files]').getByText('part_010.rs').click()
  await page.locator('.row.cursor', { hasText: 'part_010.rs' }).waitFor()
  await until(
    () => page.locator('.row[data-row=wait]').count(),
    (count) => count === 0,
    page,
  )
  const place = () =>
    page.locator('.row.cursor').evaluate((element) => Math.round(element.getBoundingClientRect().top))
  const before = await until(place, (top) => top > 0, page)
  const [first, second, ...rest] = review('R9').files
  view.daemon.state.changeReview('R9', { files: [{ ...first, viewed: 'yes' }, second, ...rest] })
  await page.getByText('1 of 200 viewed').waitFor()
  assert.equal(await place(), before)
})

test('of a review that is over, nobody would hear', async () => {
  view.daemon.state.changeReview('R7', { state: 'dropped' })
  await page.locator('header .chip', { hasText: 'dropped' }).waitFor()
  await press('j', 'c')
  await page.getByText('R7 is dropped: nobody would hear of a comment.').waitFor()
  assert.equal(await page.locator('.diff textarea').count(), 0)
  view.daemon.state.changeReview('R7', { state: 'open' })
})

test('a file that cannot be read says so, and is tried again when asked', async () => {
  let tries = 0
  await page.route('**/diff?path=crates%2Fapi%2Fsrc%2Flimits**', (route) => {
    tries += 1
    return tries === 1 ? route.abort() : route.continue()
  })
  await page.reload()
  const again = page.locator('.row[data-row=failed]').getByRole('button', { name: 'Try again' })
  await again.waitFor()
  // It is not asked for again and again meanwhile.
  await row('let account = request.account()').waitFor()
  assert.equal(tries, 1)
  await again.click()
  await row('use std::num::NonZeroU32;').waitFor()
  await page.unroute('**/diff?path=crates%2Fapi%2Fsrc%2Flimits**')
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
