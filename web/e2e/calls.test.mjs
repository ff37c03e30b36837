// What waits for a person: told in order, answered in place, and never answered by accident.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { card, open, until } from './fixture.mjs'
import { asked, PERMISSION } from '../mock/fixtures/calls.mjs'

let view
let page
before(async () => {
  view = await open('/calls')
  page = view.page
})
after(() => view.close())

const state = () => view.daemon.state
const rows = () => page.locator('.list a.row').evaluateAll((all) => all.map((row) => row.dataset.key))
const article = () => page.locator('.card article')
const option = (name) => article().getByRole('button', { name })
const show = async (id) => {
  await page.goto(`${view.daemon.url}/c/${id}`)
  await article().waitFor()
}
const answers = (id) => state().answers.filter((answer) => answer.id === id)
const shown = (text) => article().getByText(text).first().waitFor()

let number = 200
/** A permission that just came. */
const raise = (more = {}) => {
  number += 1
  const command = `make ${number}`
  const row = asked.command(number, 0, {
    session: 'S47',
    question: `Run \`${command}\`?`,
    detail: { type: 'command', command },
    ...more,
  })
  state().calls.set(row.id, row)
  state().changeCall(row.id, {})
  return row.id
}

beforeEach(() => state().answers.splice(0))

test('the calls stand in the order of their urgency, and the number that wait is on the rail and in the title', async () => {
  await article().waitFor()
  assert.match(page.url(), /\/w\/W1\/calls$/)
  assert.deepEqual((await rows()).slice(0, 2), ['C81', 'C82'])
  assert.deepEqual((await rows()).slice(-2), ['C88', 'C89'])
  assert.equal(await page.locator('nav.rail .number').innerText(), '7')
  assert.match(await page.title(), /^\(7\) ledger/)
})

test('a call shows exactly what would be done, why it is asked, and what waits for it', async () => {
  await show('C81')
  await shown('Cannot be taken back: it deletes from a database.')
  assert.match(await article().locator('pre').innerText(), /using refunds r\n where r\.capture = c\.id/)
  await shown('T17')
  assert.equal(
    await article().getByRole('link', { name: '#433' }).getAttribute('href'),
    'https://example.com/ledger/issues/433',
  )
})

test('what cannot be taken back is not allowed by one key', async () => {
  await show('C81')
  await page.keyboard.press('y')
  await until(
    () => page.evaluate(() => document.activeElement.textContent),
    (text) => /Allow once/.test(text),
    page,
  )
  assert.deepEqual(answers('C81'), [])
  await page.keyboard.press('Enter')
  await shown('You answered:')
  assert.deepEqual(answers('C81'), [{ id: 'C81', generation: 1, option: 'yes' }])
})

test('what became of an answer is told as it is seen, and not before', async () => {
  await shown('On its way to the agent')
  state().changeCall('C81', { state: 'accepted', told: 'the agent took the answer' })
  await shown('it has not been seen to go on yet')
  state().changeCall('C81', { state: 'closed', told: 'the agent went on' })
  await shown('The agent went on')
  await page.keyboard.press('w')
  await shown('Keep audit entries for 7 years, or 10?')
})

test('a choice is made by its number, a question in own words by the field', async () => {
  const id = raise()
  state().changeCall(id, {
    kind: 'question',
    urgency: 'question',
    options: [
      { id: '1', label: 'Blue', effect: 'choose' },
      { id: '2', label: 'Red', effect: 'choose' },
    ],
    detail: { type: 'questions', questions: [{ question: 'Which?', options: ['Blue', 'Red'] }] },
  })
  await show(id)
  await page.keyboard.press('2')
  await shown('You answered:')
  assert.equal(answers(id)[0].option, '2')
  await show('C82')
  await page.keyboard.press('r')
  await page.keyboard.type('12 years')
  await page.keyboard.press('Enter')
  await shown('You answered:')
  assert.deepEqual(answers('C82'), [{ id: 'C82', generation: 1, text: '12 years' }])
})

test('Enter sends an answer in own words, and goes on to a question that has none', async () => {
  const id = raise()
  state().changeCall(id, {
    kind: 'question',
    urgency: 'question',
    options: [],
    detail: { type: 'questions', questions: [{ question: 'How long?', options: [] }] },
  })
  await show(id)
  await article().getByLabel('In your own words: How long?').fill('12 years')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('and a day')
  assert.deepEqual(answers(id), [])
  await page.keyboard.press('Enter')
  await shown('You answered:')
  assert.deepEqual(answers(id)[0].answers, { 'How long?': ['12 years\nand a day'] })
  const two = raise()
  state().changeCall(two, {
    kind: 'question',
    urgency: 'question',
    options: [],
    detail: { type: 'questions', questions: [{ question: 'Who?' }, { question: 'When?' }] },
  })
  await show(two)
  await article().getByLabel('In your own words: Who?').fill('Lea')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Today')
  await page.keyboard.press('Enter')
  await shown('You answered:')
  assert.deepEqual(answers(two)[0].answers, { 'Who?': ['Lea'], 'When?': ['Today'] })
})

test('several questions are answered by keys, more than one where that may be', async () => {
  await show('C83')
  for (const key of ['1', '3']) await page.keyboard.press(key)
  const field = article().getByLabel('In your own words: May I restart the migration job?')
  await field.fill('Only on staging')
  await article().getByRole('button', { name: 'Send the answers' }).click()
  await shown('You answered:')
  assert.deepEqual(answers('C83')[0].answers, {
    'Which environments may I look at?': ['staging', 'production, reading only'],
    'May I restart the migration job?': ['Only on staging'],
  })
})

test('a plan is refused with what to change in it', async () => {
  await show('C84')
  await article().getByPlaceholder('What to change in the plan').fill('Backfill first')
  await article().getByRole('button', { name: 'Keep planning, and say this' }).click()
  await shown('You answered:')
  assert.deepEqual(answers('C84'), [{ id: 'C84', generation: 1, option: 'no', text: 'Backfill first' }])
})

test('sessions that ask the same are answered at once, each under its own generation; one can be left out', async () => {
  await show('C85')
  await shown('2 sessions ask the same')
  await option('Allow once').click()
  await article().getByText('You answered:').nth(1).waitFor()
  assert.deepEqual(
    state().answers.map(({ id, generation, option: chosen }) => [id, generation, chosen]),
    [
      ['C85', 1, 'yes'],
      ['C86', 3, 'yes'],
    ],
  )
  const [one, other] = [
    raise({ group: 'again', question: 'Run `x`?' }),
    raise({ group: 'again', question: 'Run `x`?' }),
  ]
  await show(one)
  await article().getByLabel(`Answer ${other} too`).uncheck()
  await option('Deny').first().click()
  await shown('You answered:')
  assert.equal(answers(one)[0].option, 'no')
  assert.deepEqual(answers(other), [])
})

test('a call that only its window can answer says which', async () => {
  await show('C87')
  await shown('It can only be answered in tmux pane close:1.0.')
  await shown('One lock per account')
  assert.equal(await article().locator('.answer').count(), 0)
})

test('a late answer is refused in words', async () => {
  const id = raise()
  await show(id)
  // Answered elsewhere, and not yet announced here.
  state().calls.set(id, {
    ...state().calls.get(id),
    state: 'closed',
    can_answer: false,
    answered_by: 'the window',
    told: 'answered in its window',
  })
  await page.keyboard.press('y')
  await shown('is over (answered in its window); nothing was sent')
  assert.deepEqual(answers(id), [])
})

test('a question that is asked anew is not answered by a press that was meant for the one before', async () => {
  const id = raise()
  await show(id)
  state().changeCall(id, { generation: 2, question: 'Run `rm -rf build`?' })
  await page.getByRole('heading', { name: 'rm -rf build' }).waitFor()
  await option('Allow once').click()
  await shown('You answered:')
  assert.deepEqual(
    answers(id).map(({ generation }) => generation),
    [2],
  )
})

test('nothing moves while one is about to press: what comes is announced', async () => {
  const id = raise()
  await show(id)
  await page.locator('.list').hover()
  const before = await rows()
  const urgent = raise({ urgency: 'irreversible', irreversible: 'deletes files' })
  await page.getByRole('button', { name: '1 new call' }).waitFor()
  assert.deepEqual(await rows(), before)
  state().changeCall(before[0], {
    state: 'closed',
    told: 'answered in its window',
    answered_by: 'the window',
  })
  assert.deepEqual(await rows(), before)
  await page.getByRole('button', { name: '1 new call' }).click()
  await until(rows, (all) => all[0] === urgent, page)
  await shown(`make ${number - 1}`)
})

test('a half-typed reason survives what comes, and a reload', async () => {
  const id = raise()
  await show(id)
  const field = article().getByPlaceholder('Why not, or what to do instead')
  await field.fill('Not on a Friday')
  raise({ urgency: 'irreversible', irreversible: 'deletes files' })
  state().changeCall(id, { steps: ['Read a file'] })
  await shown('Read a file')
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA')
  assert.equal(await field.inputValue(), 'Not on a Friday')
  await page.reload()
  await field.waitFor()
  assert.equal(await field.inputValue(), 'Not on a Friday')
})

test('what finished is noted', async () => {
  await show('C89')
  await shown('The list is paginated by')
  await page.keyboard.press('1')
  await shown('Noted')
  assert.equal(state().calls.get('C89').state, 'closed')
})

test('a call is answered on its task’s card, where a line tells all of it', async () => {
  const id = raise({ task: 'T19', session: 'S46' })
  const look = raise({
    task: 'T14',
    session: 'S42',
    detail: { type: 'command', command: 'make\nmake install' },
    options: PERMISSION(null),
  })
  state().changeCall('C87', { state: 'closed', told: 'answered in its window' })
  await page.goto(`${view.daemon.url}/w/W1/board`)
  await card(page, 'T19').getByRole('button', { name: 'Allow once' }).click()
  await card(page, 'T19').getByText('You answered:').waitFor()
  assert.equal(answers(id)[0].option, 'yes')
  state().changeCall(id, { state: 'closed', told: 'the agent went on' })
  await card(page, 'T19').getByText('You answered:').waitFor({ state: 'detached' })
  assert.equal(await card(page, 'T14').getByRole('button', { name: 'Allow once' }).count(), 0)
  await card(page, 'T14').getByRole('button', { name: 'Look and answer' }).click()
  const panel = page.locator('aside.panel')
  await panel.getByText('make install').waitFor()
  await page.keyboard.press('n')
  await panel.getByText('You answered:').waitFor()
  assert.equal(answers(look)[0].option, 'no')
})

test('w opens the next call beside the board, and a session shows its own above its end', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  await card(page, 'T12').waitFor()
  await page.keyboard.press('w')
  await page.locator('aside.panel article').waitFor()
  assert.match(page.url(), /open=C\d+/)
  const id = raise({ session: 'S43', task: 'T13' })
  await page.goto(`${view.daemon.url}/s/S43`)
  const bar = page.locator(`section.bar[aria-label^="${id}"]`)
  await bar.getByRole('button', { name: 'Allow once' }).and(page.locator(':enabled')).waitFor()
  await page.keyboard.press('y')
  await bar.getByText('You answered:').waitFor()
  await page.goto(`${view.daemon.url}/t/T13`)
  await page.locator(`section.bar[aria-label^="${id}"]`).getByText('You answered:').waitFor()
})

test('the palette leads to what waits', async () => {
  await page.goto(`${view.daemon.url}/w/W1/board`)
  await card(page, 'T12').waitFor()
  const waiting = raise({ question: 'Deploy the zebra?' })
  await page.locator('nav.rail .number').waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('zebra')
  await page.getByRole('option', { name: 'Deploy the zebra?' }).click()
  await article().waitFor()
  assert.match(page.url(), new RegExp(`call=${waiting}`))
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
