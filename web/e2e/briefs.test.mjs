// What a session hands on: passages as decisions and notes, its brief, and its work to another agent.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/s/S41')
  page = view.page
  await page.getByText('Good. Write the property tests').first().waitFor()
})
after(() => view.close())

const state = () => view.daemon.state
const go = (path) => page.goto(view.daemon.url + path)
const panel = () => page.locator('aside.panel')
const form = (kind) => page.getByRole('form', { name: `New ${kind}` })
const said = (text) => page.locator('.toast', { hasText: text }).first().waitFor()

/** Selects the words of an element, as a pointer does. */
const select = (locator) =>
  locator.evaluate((element) => {
    const range = document.createRange()
    range.selectNodeContents(element)
    getSelection().removeAllRanges()
    getSelection().addRange(range)
  })

test('a passage that is selected becomes a decision by one key, with its source', async () => {
  const words = page.locator('.item .markdown li', { hasText: 'takes the moment as an argument' })
  const seq = await words.evaluate((element) =>
    Number(element.closest('.item').querySelector('.anchor').getAttribute('href').split('/').at(-1)),
  )
  await select(words)
  await page.getByRole('toolbar', { name: 'What is selected' }).waitFor()
  await page.keyboard.press('d')
  await form('decision').waitFor()
  const body = await form('decision').getByLabel('More, with what was said').inputValue()
  assert.ok(
    body.startsWith(`S41#${seq}, the agent said:\n\n> crates/api/src/limits/bucket.rs takes the moment`),
    body,
  )
  await form('decision').getByText(`S41#${seq}`, { exact: true }).waitFor()
  assert.equal(await form('decision').getByLabel('Task').inputValue(), 'T12')
  await form('decision').getByPlaceholder('What is decided').fill('The bucket is told the time')
  await page.keyboard.press('Control+Enter')
  await said('D10 is written down')
  await panel().waitFor({ state: 'detached' })
  const made = state().written.at(-1)
  assert.deepEqual(
    [made.kind, made.session, made.task, made.sources, made.files.length > 0],
    ['decision', 'S41', 'T12', [`S41#${seq}`], true],
  )
})

test('the place that keys went to becomes a note, where `n` would deny a call', async () => {
  await page.evaluate(() => getSelection().removeAllRanges())
  await page.locator('.transcript .scroller').focus()
  await page.keyboard.press('k')
  await page.locator('.item.here').waitFor()
  const here = page.locator('.item.here')
  const seq = Number((await here.locator('.anchor').getAttribute('href')).split('/').at(-1))
  await page.keyboard.press('N')
  await form('note').waitFor()
  const body = await form('note').getByLabel('Text').inputValue()
  assert.ok(body.startsWith(`S41#${seq}, you said:\n\n> `), body)
  assert.equal(state().answers.length, 0)
  await form('note').getByRole('button', { name: 'Discard' }).click()
  await panel().waitFor({ state: 'detached' })
})

test('a second passage is added to what is being written', async () => {
  const prompts = page.locator('.item .markdown p')
  await select(prompts.last())
  await page.getByRole('toolbar', { name: 'What is selected' }).getByRole('button', { name: 'Note' }).click()
  await form('note').getByPlaceholder('Title').fill('Two things')
  await select(prompts.nth(-2))
  await page.getByRole('toolbar', { name: 'What is selected' }).getByRole('button', { name: 'Note' }).click()
  const body = form('note').getByLabel('Text')
  await until(
    () => body.inputValue(),
    (text) => text.match(/S41#\d+, /g)?.length === 2,
    page,
  )
  assert.equal(await form('note').getByPlaceholder('Title').inputValue(), 'Two things')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
})

test('a brief stands beside its session, and its citations lead there', async () => {
  await go('/s/S41')
  await page.locator('.item').first().waitFor()
  await page.keyboard.press('b')
  const brief = page.getByRole('article', { name: 'Brief of S41' })
  await brief.getByText('no longer: src/limits/bucket.rs changed since').waitFor()
  await brief.getByText('1 secret masked').waitFor()
  // Only what no longer holds is struck out.
  assert.equal(await brief.locator('li.past').count(), 1)
  await brief.getByRole('link', { name: 'S41#41000228' }).click()
  await page.waitForURL(/\/s\/S41\/41000228\?open=brief-S41$/)
  await page.locator('.item.here').waitFor()
  await brief.waitFor()
})

test('its budget is chosen and remembered, and it is copied as Markdown', async () => {
  const brief = page.getByRole('article', { name: 'Brief of S41' })
  await brief.getByRole('button', { name: '1,000' }).click()
  await brief.getByText('7 lines had no room').waitFor()
  await page.reload()
  await brief.getByText('7 lines had no room').waitFor()
  await brief.getByRole('button', { name: '2,000' }).click()
  await brief.getByRole('heading', { name: 'Files', exact: true }).waitFor()
  await brief.getByRole('button', { name: 'Copy as Markdown' }).click()
  await said('The brief is copied')
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^# Brief of S41\n/)
})

test('what asks before it reads is in sight with the focus, and Escape gives that back', async () => {
  await page.setViewportSize({ width: 1440, height: 500 })
  const ask = page.getByRole('button', { name: 'Read with Claude…' })
  await ask.click()
  const read = page.getByRole('button', { name: 'Read', exact: true })
  const { y, height } = await read.boundingBox()
  assert.ok(y > 0 && y + height <= 500, `${y}`)
  const focused = () =>
    page.evaluate(() => document.activeElement.value ?? document.activeElement.textContent)
  assert.equal(await focused(), 'claude')
  // What was scrolled stays under no button.
  const head = await panel().locator('header').boundingBox()
  const close = await panel().getByRole('button', { name: 'Close' }).boundingBox()
  assert.ok(head.y <= close.y && head.y + head.height >= close.y + close.height)
  await page.keyboard.press('Escape')
  await read.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Read with Claude…')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('a task has a brief, too', async () => {
  await go('/t/T12')
  await page.getByRole('button', { name: 'Brief' }).click()
  await page
    .getByRole('article', { name: 'Brief of T12' })
    .getByText('Limit requests per account')
    .first()
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('article', { name: 'Brief of T12' }).waitFor({ state: 'detached' })
})

test('a session is handed off to another agent, and the way to the next one is offered', async () => {
  await go('/s/S41')
  await page.getByRole('button', { name: 'Hand off' }).click()
  const hand = page.getByRole('form', { name: 'Hand off S41' })
  await hand.getByText('Codex, the other one installed').waitFor({ state: 'attached' })
  await hand.getByLabel('Note').fill('The load test is left')
  await page.reload()
  assert.equal(await hand.getByLabel('Note').inputValue(), 'The load test is left')
  await hand.getByLabel('Mode', { exact: true }).fill('on-request/workspace-write')
  await hand.getByRole('button', { name: 'Hand off' }).click()
  await said('S41 is parked')
  assert.deepEqual(state().starts.at(-1), {
    session: 'S41',
    handoff: {
      agent: null,
      model: null,
      mode: 'on-request/workspace-write',
      prompt: 'The load test is left',
    },
  })
  const owned = [...state().owned.values()].at(-1)
  state().changeOwned(owned.id, { state: 'running', session: 'S47' })
  await page
    .locator('.toast', { hasText: 'S47 goes on with the work of S41' })
    .getByRole('button')
    .first()
    .click()
  await page.waitForURL(/\/s\/S47$/)
})

test('a session that took over says from whom', async () => {
  state().changeSession('S47', { follows: 'S41' })
  await page.reload()
  await page.getByText('Took over from').waitFor()
  const header = page.locator('.pane > header')
  await header.getByText('goes on with S41').waitFor()
  for (const { id, session } of [...state().owned.values()])
    if (session === 'S41') state().changeOwned(id, { state: 'ended' })
  await go('/s/S41')
  await page.getByText('Handed off to', { exact: true }).waitFor()
  await header.getByText('handed off to S47').waitFor()
  const resume = page.getByRole('button', { name: 'Resume' })
  assert.match(await resume.getAttribute('title'), /^S47 goes on with its work in the same folder/)
  assert.match(await resume.getAttribute('class'), /quiet/)
  await header.getByRole('link', { name: 'S47' }).click()
  await page.waitForURL(/\/s\/S47$/)
})

test('a refusal leaves everything as it was', async () => {
  await go('/s/S42?open=handoff-S42')
  view.daemon.control.fail = { status: 409, error: 'codex is not installed; S42 goes on', hint: null }
  await page.getByRole('form', { name: 'Hand off S42' }).getByRole('button', { name: 'Hand off' }).click()
  await said('codex is not installed')
  view.daemon.control.fail = null
  await page.getByRole('form', { name: 'Hand off S42' }).waitFor()
})

test('what others did that bears on a session stands beside it, with the way there', async () => {
  await go('/s/S41')
  const aside = page.locator('.aside section', { has: page.getByRole('heading', { name: 'Related' }) })
  await aside.getByText('Answer with seconds, never with a date').waitFor()
  assert.equal(await aside.locator('li').count(), 3)
  // An agent's decision is told to be its word, and a note has its title in the place of its path.
  await aside.locator('li', { hasText: 'D9' }).getByText(', an agent’s word').waitFor({ state: 'attached' })
  const note = aside.getByRole('link', { name: 'Data model of invoices' })
  assert.equal(await note.getAttribute('href'), '/w/W1/notes/.callboard/notes/data-model.md')
  assert.equal(await aside.getByText('.callboard/').count(), 0)
  await aside.getByRole('link', { name: 'S44#44000012' }).click()
  await page.waitForURL(/\/s\/S44/)
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
