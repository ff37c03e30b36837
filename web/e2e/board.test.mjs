import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, column, focusedKey, open, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/')
  page = view.page
  await card(page, 'T12').waitFor()
})
after(() => view.close())

const titles = (name) =>
  column(page, name)
    .locator('[data-card]')
    .evaluateAll((cards) => cards.map((c) => c.dataset.card))

test('the board needs no request of its own', async () => {
  const asked = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name))
  assert.equal(asked.filter((name) => name.includes('/api/board')).length, 0)
  assert.match(page.url(), /\/w\/W1\/board$/)
})

test('what needs a person is counted at the top', async () => {
  const text = (await page.locator('.counts').first().innerText()).replaceAll(/\s+/g, ' ')
  assert.match(text, /2 need you 5 working 2 ready/)
})

test('a card names the open review that its changes are in', async () => {
  const link = card(page, 'T12').getByRole('link', { name: 'R7', exact: true })
  assert.equal(await link.getAttribute('href'), '/review/R7')
  await link.click({ trial: true })
  assert.equal(await card(page, 'T16').getByRole('link', { name: /^R\d/ }).count(), 0)
})

test('a card has the pull request of its changeset, with what its checks came to and its preview', async () => {
  const pull = card(page, 'T14').getByRole('link', { name: '#436 · CI ✗ failed' })
  await pull.waitFor()
  assert.equal(await pull.getAttribute('title'), 'Failed: test, lint')
  assert.equal(await pull.getAttribute('href'), 'https://example.com/ledger/pull/436')
  assert.equal(await card(page, 'T14').getByRole('link', { name: 'Preview' }).count(), 0)
  await card(page, 'T10').getByRole('link', { name: '#439 · CI … running' }).waitFor()
  const preview = card(page, 'T10').getByRole('link', { name: 'Preview of #439' })
  assert.equal(await preview.getAttribute('href'), 'https://pr-439.preview.example.com')
  // Above the link that is the whole card: a click is the chip's own.
  await pull.click({ trial: true })
  const { state } = view.daemon
  state.changesets = state.changesets.map((row) =>
    row.task === 'T14'
      ? { ...row, pull_request: { ...row.pull_request, checks: 'passed', failing: [] } }
      : row,
  )
  state.announce({ type: 'changes' })
  await card(page, 'T14').getByRole('link', { name: '#436 · CI ✓ passed' }).waitFor()
  await row(page, 'T14').click()
  const panel = page.locator('aside.panel')
  await panel.getByText('Pull request', { exact: true }).waitFor()
  await panel.getByRole('link', { name: '#436 · CI ✓ passed' }).waitFor()
  await panel.getByRole('button', { name: 'Close' }).click()
  await panel.waitFor({ state: 'detached' })
})

test('a card is dragged to another column with the pointer', async () => {
  await card(page, 'T9').dragTo(card(page, 'T11'), { targetPosition: { x: 60, y: 8 } })
  await until(
    () => titles('ready'),
    (ids) => ids[0] === 'T9',
    page,
  )
  await until(
    () => view.daemon.state.tasks.get('T9').column,
    (name) => name === 'ready',
    page,
  )
  assert.ok(view.daemon.state.tasks.get('T9').moved_by_hand)
})

test('a card is moved with the keys, and keeps the focus', async () => {
  await row(page, 'T20').focus()
  await page.keyboard.press('Shift+ArrowRight')
  await until(
    () => titles('running'),
    (ids) => ids.includes('T20'),
    page,
  )
  assert.equal(await focusedKey(page), 'T20')
  await page.keyboard.press('Shift+ArrowDown')
  await until(
    () => titles('running'),
    (ids) => ids.indexOf('T20') === 1,
    page,
  )
})

test('j, k, h and l go through the cards', async () => {
  await row(page, 'T4').focus()
  await page.keyboard.press('j')
  assert.equal(await focusedKey(page), 'T15')
  await page.keyboard.press('k')
  assert.equal(await focusedKey(page), 'T4')
  await page.keyboard.press('l')
  assert.equal(await focusedKey(page), 'T9')
})

test('a task is made inline, and several after another', async () => {
  await row(page, 'T15').focus()
  await page.keyboard.press('c')
  for (const title of ['First new thing', 'Second new thing']) {
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
    await column(page, 'backlog').getByText(title).waitFor()
  }
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('.new textarea').count(), 0)
})

test('a session becomes a task with one key', async () => {
  await row(page, 'S48').focus()
  await page.keyboard.press('t')
  await column(page, 'review').getByText('Review the diff of the payments branch for races').waitFor()
  assert.equal(await row(page, 'S48').count(), 0)
})

test('a session is dragged onto a card, and onto a column', async () => {
  await row(page, 'S49').dragTo(card(page, 'T21'))
  await until(
    () => view.daemon.state.sessions.get('S49').task,
    (task) => task === 'T21',
    page,
  )
  await row(page, 'S47').dragTo(column(page, 'ready').locator('ul'), { targetPosition: { x: 60, y: 470 } })
  await column(page, 'ready').getByText('Why does the staging deploy wait').waitFor()
})

test('a live change touches only what changed: focus, scroll and the other rows stay', async () => {
  await row(page, 'T12').focus()
  await page.evaluate(() => {
    window.changes = []
    new MutationObserver((records) => {
      for (const record of records) {
        const element = record.target.nodeType === 1 ? record.target : record.target.parentElement
        window.changes.push(
          element.closest('[data-card]')?.dataset.card ??
            element.closest('[data-key]')?.dataset.key ??
            element.tagName,
        )
      }
    }).observe(document.querySelector('.board'), {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    })
  })
  view.daemon.state.changeSession('S42', { activity: 'Writing the backfill' })
  await card(page, 'T14').getByText('Writing the backfill').waitFor()
  assert.deepEqual(await page.evaluate(() => [...new Set(window.changes)]), ['T14'])
  assert.equal(await focusedKey(page), 'T12')
})

test('a card that its session moves keeps the focus', async () => {
  await row(page, 'T19').focus()
  view.daemon.state.changeTask('T19', { column: 'review' }, 'Moved', 'S46')
  await until(
    () => titles('review'),
    (ids) => ids.includes('T19'),
    page,
  )
  await until(
    () => focusedKey(page),
    (key) => key === 'T19',
    page,
  )
})

test('Enter opens the card beside the board, Escape closes it', async () => {
  await row(page, 'T13').focus()
  await page.keyboard.press('Enter')
  await page.locator('aside.panel textarea').first().waitFor()
  assert.match(page.url(), /open=T13/)
  await page.locator('aside.panel h2', { hasText: 'History' }).waitFor()
  await row(page, 'T13').focus()
  await page.keyboard.press('Escape')
  await page.locator('aside.panel').waitFor({ state: 'detached' })
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
