// Receipts: what a finished piece of work can show, on its page, in the panel and on cards.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, DESK, open, PHONE, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/receipt/T10')
  page = view.page
  await heading('Paginate the customers list by cursor').waitFor()
})
after(() => view.close())

const state = () => view.daemon.state
const go = (path) => page.goto(view.daemon.url + path)
const heading = (name) => page.getByRole('heading', { name, exact: true })
const section = (name) => page.getByRole('region', { name, exact: true })
const check = (command) => page.getByRole('article', { name: `Check ${command}` })
const ofRule = (rule) => page.locator(`[data-case^="${rule}-"]`)
const panel = () => page.locator('aside.panel')
const said = (text) => page.locator('.toast', { hasText: text }).first().waitFor()
const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
const focusedKey = () =>
  page.evaluate(() => document.activeElement?.closest('[data-key]')?.dataset.key ?? null)

test('what was asked for stands with what shows each sentence, or none', async () => {
  const asked = section('What was asked for')
  await asked.getByText('Page it by cursor instead').waitFor()
  const criteria = asked.getByRole('list', { name: 'When it is done' }).locator('> li')
  assert.equal(await criteria.count(), 4)
  await criteria.nth(0).getByText('something speaks against it').waitFor({ state: 'attached' })
  await criteria.nth(1).getByText('shown', { exact: true }).waitFor({ state: 'attached' })
  await criteria.nth(2).getByText('none', { exact: true }).waitFor()
  assert.equal(
    await criteria.nth(1).getByRole('link', { name: 'S38#38000132' }).getAttribute('href'),
    '/s/S38/38000132',
  )
  const order = await page.locator('.sheet h2').allTextContents()
  assert.deepEqual(order.map((text) => text.trim().split('  ')[0].split(' the ')[0].trim()).slice(0, 3), [
    'Look at this first',
    'What was asked for',
    'Checks',
  ])
})

test('what is to be looked at first is one box, with before and after and the way there', async () => {
  const first = section('Look at this first')
  await first.getByText('expects the opposite of what it did').waitFor()
  await first.getByLabel('Before').getByText('page.next.').waitFor()
  await first.getByLabel('Now').getByText('assert_eq').waitFor()
  // In the diff of the review that it is in.
  assert.equal(
    await first.getByRole('link', { name: 'crates/api/tests/it/customers.rs:72' }).getAttribute('href'),
    '/review/R7?part=diff&at=crates%2Fapi%2Ftests%2Fit%2Fcustomers.rs%3A72',
  )
  await page.keyboard.press('x')
  assert.equal(await focusedKey(), 'first')
})

test('each check is a picture of four runs, and each run has its log', async () => {
  const tests = check('cargo nextest run -p api')
  const grid = tests.getByRole('table', { name: 'Four runs of cargo nextest run -p api' })
  await grid.getByText('fails without the change').waitFor()
  await grid.getByText('133 passed, 4 failed · 9.1 s · run 3 times').waitFor()
  await tests.getByText('Fewer tests: 140 tests on the base, 139 now').waitFor()
  // Of what a run said, the end is in sight.
  const told = grid.getByRole('region', {
    name: 'Last words of cargo nextest run -p api, new code, new tests',
  })
  const left = await told.evaluate((box) => {
    const end = box.firstElementChild.getBoundingClientRect().bottom
    return { out: end - box.getBoundingClientRect().bottom, more: box.scrollHeight - box.clientHeight }
  })
  assert.ok(left.out <= 0 && left.more > 0, JSON.stringify(left))
  await grid.getByRole('button', { name: 'Log of cargo nextest run -p api, new code, new tests' }).click()
  await tests.getByRole('log').getByText('2 failed').waitFor()
  assert.deepEqual(state().logsRead, ['T10 nextest-new-new'])
  await grid.getByRole('button', { name: /base code, base tests/ }).click()
  await until(
    () => state().logsRead.length,
    (n) => n === 2,
    page,
  )
  assert.equal(await tests.getByRole('log').count(), 1)
  await grid.getByRole('button', { name: /base code, base tests/ }).click()
})

test('a check that holds is one line, and one that could not run says why', async () => {
  const lint = check('cargo clippy --all-targets -- -D warnings')
  assert.equal(await lint.getByRole('table').count(), 0)
  const pictured = await lint.getByRole('img').getAttribute('aria-label')
  assert.match(pictured, /base code, new tests: not run; .*new code, new tests: passed/)
  await lint.getByRole('button').first().click()
  await lint.getByText('network not held: the kernel has no Landlock for networks').waitFor()
  const e2e = check('npm run e2e')
  await e2e.getByText('not checked').waitFor()
  await e2e.getByText('It needs postgres on port 5432').waitFor()
})

test('tests stand by what they come to, and a bent one shows both expectations', async () => {
  const tests = check('cargo nextest run -p api')
  const words = ['regressed', 'bent test', 'skipped now', 'removed', 'flaky', 'proves nothing']
  for (const word of words) await tests.getByRole('region', { name: `Tests: ${word}` }).waitFor()
  const bent = tests.getByRole('region', { name: 'Tests: bent test' })
  await bent.getByLabel('Before').getByText('let page = list').waitFor()
  await bent.getByLabel('Now').getByText('assert_eq').waitFor()
  const regressed = tests.getByRole('region', { name: 'Tests: regressed' })
  await regressed.getByText('left: 51').waitFor()
  const seen = await regressed.getByRole('img').getAttribute('aria-label')
  assert.match(seen, /^base code, base tests: passed; .*new code, new tests: failed$/)
})

test('claims stand beside the record, what is contradicted first', async () => {
  const rows = section('Claims').locator('tbody tr')
  assert.deepEqual(await rows.locator('th').allInnerTexts(), [
    'contradicted',
    'stale',
    'unsupported',
    'not checked',
    'supported',
  ])
  await rows.nth(0).getByText('“All tests pass.”').waitFor()
  await rows.nth(0).getByRole('link', { name: 'S38#38000201' }).click()
  await page.waitForURL(/\/s\/S38\/38000201$/)
  await page.goBack()
  await heading('Paginate the customers list by cursor').waitFor()
})

test('a case is accepted with a reason, by name, and that is taken back', async () => {
  const deleted = ofRule('test-deleted')
  await deleted.getByText('blocks').waitFor()
  await deleted.getByRole('button', { name: 'Accept with a reason' }).click()
  const reason = deleted.getByLabel('Reason')
  assert.equal(await deleted.getByRole('button', { name: 'Accept', exact: true }).isDisabled(), true)
  await reason.fill('Offsets go')
  // What is typed stays where it is refused.
  view.daemon.control.fail = { status: 409, error: 'it changed meanwhile', hint: null }
  await page.keyboard.press('Enter')
  await said('It is not accepted. it changed meanwhile')
  view.daemon.control.fail = null
  assert.equal(await reason.inputValue(), 'Offsets go')
  await page.keyboard.press('Enter')
  await deleted.getByText('“Offsets go”').waitFor()
  await page.getByText('1 case blocks').waitFor()
  assert.match(await focusedKey(), /^case test-deleted/)
  await deleted.getByRole('button', { name: 'Take back' }).click()
  await deleted.getByText('blocks').waitFor()
  await page.getByText('2 cases block').waitFor()
})

test('a claim and the test that contradicts it are one block, each accepted by itself', async () => {
  const { cases, checks } = state().receipts.get('R7')
  const [{ command }] = state().receipts.get('T10').checks
  const told = [
    {
      ...cases[0],
      words: `\`${command}\`, run again, fails in \`api::it customers::a_page_ends_after_its_limit\`; on the base it does not.`,
    },
    {
      ...cases[0],
      key: 'regressed-0a0b0c0d',
      rule: 'regressed',
      before: '',
      sources: [],
      words: '`a_page_ends_after_its_limit` passes on the base and fails now: assertion failed',
    },
  ]
  state().changeReceipt('R7', { cases: told, checks: state().receipts.get('T10').checks.slice(0, 1) })
  await go('/receipt/R7')
  const claim = ofRule('contradicted')
  const test = claim.locator('[data-case^="regressed-"]')
  await test.getByText('fails now: assertion failed').waitFor()
  assert.equal(await ofRule('regressed').count(), 1)
  await claim.focus()
  await page.keyboard.press('j')
  assert.equal(await focusedKey(), 'case regressed-0a0b0c0d')
  await page.keyboard.press('a')
  await page.keyboard.type('flaky on this machine')
  await page.keyboard.press('Enter')
  await ofRule('regressed').getByText('“flaky on this machine”').waitFor()
  assert.equal(await test.count(), 0)
  await claim.getByText('blocks').waitFor()
  await claim.getByRole('button', { name: 'Accept with a reason' }).waitFor()
  state().changeReceipt('R7', { cases, checks })
  await go('/receipt/T10')
  await heading('Paginate the customers list by cursor').waitFor()
})

test('keys go through what there is, and open the form of a case', async () => {
  await page.evaluate(() => document.querySelector('[data-case^="stale-check"]').focus())
  await page.keyboard.press('j')
  assert.match(await focusedKey(), /^case suppression/)
  await page.keyboard.press('a')
  await ofRule('suppression').getByLabel('Reason').fill('so be it')
  await page.keyboard.press('Escape')
  await ofRule('suppression').getByLabel('Reason').waitFor({ state: 'detached' })
  assert.match(await focusedKey(), /^case suppression/)
})

test('a case is accepted and taken back with keys alone, which go where it goes', async () => {
  const deleted = ofRule('test-deleted')
  await page
    .getByRole('navigation', { name: 'Sections of the receipt' })
    .getByText('Integrity')
    .last()
    .click()
  assert.match(await focusedKey(), /^case expectation-rewritten/)
  await page.keyboard.press('j')
  assert.match(await focusedKey(), /^case test-deleted/)
  // Not with no reason, and not from any of its buttons.
  await page.keyboard.press('a')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Escape')
  await deleted.getByLabel('Reason').waitFor({ state: 'detached' })
  assert.match(await focusedKey(), /^case test-deleted/)
  await page.keyboard.press('a')
  await page.keyboard.type('offsets go')
  // Refused, it is as it was.
  view.daemon.control.fail = { status: 409, error: 'it changed meanwhile', hint: null }
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await said('It is not accepted. it changed meanwhile')
  view.daemon.control.fail = null
  await until(
    () => page.evaluate(() => document.activeElement.value ?? null),
    (typed) => typed === 'offsets go',
    page,
  )
  await page.keyboard.press('Enter')
  await deleted.getByText('“offsets go”').waitFor()
  await until(focusedKey, (key) => /^case test-deleted/.test(key ?? ''), page)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await deleted.getByText('blocks').waitFor()
  await until(focusedKey, (key) => /^case test-deleted/.test(key ?? ''), page)
  // Down to the place itself.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  const place = await page.evaluate(() => document.activeElement.textContent)
  assert.equal(place, 'crates/api/tests/it/customers.rs:118')
})

test('what was accepted says by whom and why; notes take no room', async () => {
  const skipped = ofRule('test-skipped')
  await skipped.getByText('The locale of the build machine differs').waitFor()
  assert.equal(await skipped.getByLabel('Before').count(), 0)
  await skipped.getByRole('button', { name: 'Show the lines' }).click()
  await skipped.getByLabel('Now').getByText('#[ignore').waitFor()
  assert.equal(
    await ofRule('dependency')
      .getByRole('button', { name: /Accept/ })
      .count(),
    0,
  )
})

test('the rest is one line each until it is asked for', async () => {
  const shown = async (name) => {
    const part = section(name)
    await part.getByRole('button', { name }).first().click()
    return part
  }
  assert.equal(await section('Files').getByRole('list').count(), 0)
  await (await shown('Files')).getByText('from crates/api/src/page.rs').waitFor()
  await section('Files').getByText('bench/customers.sqlite: larger than 50 MB').waitFor()
  const commands = await shown('Commands')
  await commands.getByText('12 earlier commands not listed').waitFor()
  assert.equal(await commands.getByText('before the last edit').count(), 2)
  const picture = (await shown('Artefacts')).getByRole('img', { name: 'The list in the browser, page 2' })
  await until(
    () => picture.evaluate((element) => element.naturalWidth),
    (width) => width > 0,
    page,
  )
  await (await shown('CI')).getByText('They ran on another commit').waitFor()
  await (await shown('Sessions')).getByText('$1.12').last().waitFor()
  await (await shown('Asked and answered')).getByText('Nobody answered.').waitFor()
  await (await shown('What left the machine')).getByText('#439').waitFor()
  await page.getByText('This cannot show that the requirement was understood.').waitFor()
})

test('it is copied as Markdown and JSON, and its digests are', async () => {
  await page.keyboard.press('y')
  await said('copied, as Markdown')
  assert.match(await clipboard(), /^# Receipt of T10/)
  await page.getByRole('button', { name: 'Copy JSON' }).click()
  await said('copied, as JSON')
  assert.equal(JSON.parse(await clipboard()).of, 'T10')
  const html = page.getByRole('link', { name: 'Download HTML' })
  assert.equal(await html.getAttribute('href'), '/api/receipts/T10/file?as=html')
  await page.getByRole('button', { name: /^Copy the tree 77aa00bb/ }).click()
  assert.equal(await clipboard(), '77aa00bb11cc22dd33ee44ff5566778899aabbcc')
})

test('a stale one says so, and is made anew; then its checks are run again', async () => {
  await page.getByText('It is stale: crates/api/src/cursor.rs changed since it was made.').waitFor()
  await page.getByRole('button', { name: 'Make anew' }).click()
  await page.getByText('It is stale').waitFor({ state: 'detached' })
  assert.deepEqual(state().checked.at(-1), { of: 'T10', fresh: false })
  const ended = state().receipts.get('T10').checks
  await page.keyboard.press('r')
  await page.getByText('0 of 10 runs').waitFor()
  assert.deepEqual(state().checked.at(-1), { of: 'T10', fresh: true })
  await page.getByText('waits').first().waitFor()
  // The stream tells of what has ended.
  const row = state().receipts.get('T10')
  const cells = { ...row.checks[0].cells, base_base: { outcome: 'passed', duration_ms: 9 } }
  const checks = [{ ...row.checks[0], cells }, ...row.checks.slice(1)]
  state().changeReceipt('T10', { checks })
  await page.getByText('1 of 10 runs').waitFor()
  state().changeReceipt('T10', { checks: ended, goes_on: false })
  await page.getByRole('button', { name: 'Run checks again' }).waitFor()
})

test('what is shown stays while the daemon is away', async () => {
  view.daemon.control.down = true
  view.daemon.cut()
  state().changeReceipt('T10', { title: 'Paginate by cursor' })
  await page.waitForTimeout(200)
  await heading('Paginate the customers list by cursor').waitFor()
  view.daemon.control.down = false
  await heading('Paginate by cursor').waitFor()
})

test('a lead’s receipt tells what its words leave out', async () => {
  await go('/receipt/S41')
  const children = section('Subagents')
  await children.getByText('failure of S51').waitFor()
  await children.getByText('Is the admin tool to be limited, too?').waitFor()
  await children.getByText('1 claim contradicted').waitFor()
  // Words that somebody said are no lines of a file.
  await ofRule('not-run').getByText('“All property tests are green.”').waitFor()
  assert.equal(await ofRule('not-run').getByLabel('Before').count(), 0)
})

test('work that is not code: a folder, tables and sources', async () => {
  await go('/receipt/T16')
  const content = section('What changed that is not code')
  await content.getByText('212 files before, 210 now; 203 left alone.').waitFor()
  const deleted = content.getByRole('region', { name: 'Deleted' })
  await deleted.getByText('audit/notes-of-lea.txt').waitFor()
  await content.getByText('4 files of these lists not shown.').waitFor()
  await content.getByText('Row 31 is gone: 2023-04-02, Harbour dues, 88.20').waitFor()
  await content.getByText('and 1 row more').waitFor()
  await content.getByText('The order of rows is another.').waitFor()
  await content.getByText('“Retention” is empty in 3 rows').waitFor()
  await content.getByText('Could not be read: it is protected by a password.').waitFor()
  const sources = content.locator('li', { hasText: 'retention-in-practice' })
  await sources.getByText('only a search named it').waitFor()
  assert.equal(await section('Checks').count(), 0)
})

test('where nothing is known yet, each part says so', async () => {
  await go('/receipt/T4')
  await page.getByText('Nothing on record tells what was asked for.').waitFor()
  await page.getByText('Commands that prove it is done come from the task').waitFor()
  await page.getByText('No rule found anything.').waitFor()
  await go('/receipt/T999')
  await page.getByRole('alert').getByText('There is nothing called T999').waitFor()
})

test('a card tells its receipt in a few words, and follows it', async () => {
  await go('/w/W1/board')
  const mark = card(page, 'T18').getByRole('link', { name: 'Receipt: checks pass' })
  await mark.waitFor()
  await card(page, 'T12').getByRole('link', { name: 'Receipt: checks run' }).waitFor()
  const cases = state().receipts.get('T10').cases.slice(0, 1)
  state().changeReceipt('T18', { cases })
  await card(page, 'T18').getByRole('link', { name: 'Receipt: 1 to settle' }).click()
  await page.waitForURL(/open=receipt-T18$/)
  await panel().getByRole('heading', { name: 'Receipt of T18' }).waitFor()
  await panel().getByText('What the_last_page_has_no_cursor expects').waitFor()
  await page.keyboard.press('o')
  await page.waitForURL(/\/receipt\/T18$/)
})

test('what a card says of its receipt is never cut, however narrow the card', async () => {
  state().changeReceipt('T10', { stale: 'the work has changed since' })
  state().tasks.get('T10').labels.push('one-label-that-is-longer-than-any-card-is-wide')
  for (const width of [1440, 1000, PHONE.width, 320]) {
    await page.setViewportSize({ width, height: 844 })
    await go('/w/W1/board')
    await card(page, 'T10')
      .getByRole('link', { name: 'Receipt: 2 to settle · 1 contradicted · a check fails old' })
      .waitFor()
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('[data-card] .chip')]
        .filter((chip) => chip.offsetParent !== null)
        .filter((chip) => {
          const end = chip.closest('[data-card]').getBoundingClientRect().right
          return chip.scrollWidth > chip.clientWidth || chip.getBoundingClientRect().right > end
        })
        .map((chip) => chip.textContent),
    )
    assert.deepEqual(cut, [], `at ${width} px`)
  }
  await page.setViewportSize(DESK)
})

test('a task, a session and a review tell it, and what keeps a review from landing', async () => {
  await go('/t/T10')
  await page.getByRole('link', { name: 'Receipt: 2 to settle · 1 contradicted · a check fails' }).waitFor()
  await go('/s/S38')
  const aside = page.locator('.aside section', { has: page.getByRole('heading', { name: 'Receipt of T10' }) })
  await aside.getByRole('link', { name: /2 to settle/ }).waitFor()
  await go('/review/R7')
  await page.getByText('Its receipt keeps it from landing:').waitFor()
  const mark = page.getByRole('link', { name: 'Receipt: 1 to settle · 1 contradicted' })
  assert.equal(await mark.getAttribute('href'), '/receipt/R7')
})

test('a review that only its receipt holds says so once, and keys land it or leave it', async () => {
  const { hinders, can_land_anyway } = state().reviews.get('R7')
  const why = 'its receipt (`callboard receipt R7`) holds it: 1 case blocks'
  state().changeReview('R7', { hinders: why, can_land_anyway: false })
  await go('/review/R7')
  await page.getByText('Not to be landed: its receipt').waitFor()
  assert.equal(await page.getByText('Its receipt keeps it from landing').count(), 0)
  await page.getByRole('link', { name: 'Receipt: 1 to settle · 1 contradicted' }).waitFor()
  await page.keyboard.press('l')
  await said('Not to be landed: its receipt')
  state().changeReview('R7', { can_land_anyway: true })
  const land = page.getByRole('button', { name: 'Land…' })
  const isAt = (button) => button.evaluate((element) => element === document.activeElement)
  for (const leaves of [['Escape'], ['Tab', 'Enter']]) {
    await until(
      () => land.isEnabled(),
      (enabled) => enabled,
      page,
    )
    await land.focus()
    await page.keyboard.press('l')
    const ask = page.getByRole('alertdialog')
    await ask.getByText('holds it: 1 case blocks').waitFor()
    assert.ok(await isAt(ask.getByRole('button', { name: 'Land anyway' })))
    for (const key of leaves) await page.keyboard.press(key)
    await ask.waitFor({ state: 'detached' })
    assert.ok(await isAt(land), leaves.join(' '))
  }
  state().changeReview('R7', { hinders, can_land_anyway })
})

test('one key opens it beside a task, a session and a review', async () => {
  for (const [path, of] of [
    ['/t/T10', 'T10'],
    ['/s/S38', 'S38'],
    ['/review/R7', 'R7'],
  ]) {
    await go(path)
    await page.getByText(of, { exact: true }).first().waitFor()
    await page.keyboard.press('R')
    await panel()
      .getByRole('heading', { name: `Receipt of ${of}` })
      .waitFor()
    await page.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
  }
})

test('a place in a file leads to its line in the review’s diff', async () => {
  await go('/receipt/R7')
  await section('Look at this first')
    .getByRole('link', { name: 'crates/api/src/customers/list.rs:12' })
    .click()
  await page.waitForURL(/\/review\/R7\?part=diff$/)
  await page.locator('.cursor, [aria-current]', { hasText: 'take' }).first().waitFor()
})

test('the palette opens it', async () => {
  await go('/t/T10')
  await page.getByText('T10', { exact: true }).first().waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('receipt t10')
  await page
    .getByRole('option', { name: /Open receipt of T10/ })
    .first()
    .click()
  await page.waitForURL(/\/receipt\/T10$/)
})

test('what was asked for is clipped from below, and its lines are whole', async () => {
  await page.setViewportSize(PHONE)
  const request = {
    words: Array.from({ length: 12 }, (_, i) => `${i + 1}. ${'word '.repeat(30)}`).join('\n'),
  }
  state().changeReceipt('T18', { request })
  await go('/receipt/T18')
  const asked = section('What was asked for')
  const wide = () =>
    asked
      .locator('li p, li')
      .first()
      .evaluate((li) => li.scrollWidth - li.clientWidth)
  await asked.getByRole('button', { name: 'Show all' }).waitFor()
  assert.equal(await wide(), 0)
  assert.ok((await asked.locator('li').first().boundingBox()).height > 40)
  await asked.getByRole('button', { name: 'Show all' }).click()
  await asked.getByRole('button', { name: 'Show less' }).waitFor()
})

test('a phone has room for it', async () => {
  await page.setViewportSize(PHONE)
  for (const path of ['/receipt/T10', '/receipt/T16', '/receipt/S41', '/w/W1/board?open=receipt-T10']) {
    await go(path)
    await page.getByText('What nobody proved').waitFor()
    const wide = await page.evaluate(() => {
      const box = document.querySelector('aside.panel article, .page')
      return box.scrollWidth - box.clientWidth
    })
    assert.ok(wide <= 0, `${path} is ${wide} px too wide`)
  }
  await page.getByRole('navigation', { name: 'Sections of the receipt' }).getByText('Integrity').click()
  const { y } = await section('Integrity').boundingBox()
  assert.ok(y >= 0 && y < PHONE.height, `${y}`)
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
