// What may be a decision: beside its session and of the workspace, accepted, edited first, dismissed and taken back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { focusedKey, open, row, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/s/S41')
  page = view.page
  await row(page, 'S41#41000181').waitFor()
})
after(() => view.close())

const state = () => view.daemon.state
const of = (handle) => state().candidates.find((one) => one.handle === handle)
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key)
}
const said = (text) => page.locator('.toast', { hasText: text }).last().waitFor()
const gone = (handle) => row(page, handle).waitFor({ state: 'detached' })
const focused = (handle) =>
  until(
    () => focusedKey(page),
    (key) => key === handle,
    page,
  )

test('beside a session it stands with what it is of, and leads to where it was said', async () => {
  const text = (await row(page, 'S41#41000181').innerText()).replaceAll('\n', ' ')
  for (const part of [
    'No new dependencies',
    'not cargo add governor',
    'you refused',
    'S41#41000181',
    '12 min',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`)
  assert.ok((await row(page, 'S41#41000041').innerText()).includes('the agent’s words'))
  assert.equal(await page.locator('[data-key="S44#44000012"]').count(), 0)
  assert.equal(await row(page, 'S41#41000181').getAttribute('href'), '/s/S41/41000181')
})

test('what was only ruled out says so, once', async () => {
  const ids = { what: 'Numbers as ids of customers', why: 'a lookup table' }
  const before = { ...of('S41#41000181') }
  Object.assign(of('S41#41000181'), { title: `Not: ${ids.what}`, ruled_out: [ids] })
  state().announce({ type: 'candidates', session: 'S41' })
  await row(page, 'S41#41000181').getByText(`Ruled out: ${ids.what}`, { exact: true }).waitFor()
  assert.equal((await row(page, 'S41#41000181').innerText()).match(/Numbers/g).length, 1)
  Object.assign(of('S41#41000181'), before)
  state().announce({ type: 'candidates', session: 'S41' })
  await row(page, 'S41#41000181').getByText('No new dependencies').waitFor()
})

test('keys go through the list, dismiss with a way back, and accept', async () => {
  await press('D')
  await focused('S41#41000181')
  await press('j')
  await focused('S41#41000121')
  await press('k', 'x')
  await gone('S41#41000181')
  await focused('S41#41000121')
  await until(
    () => of('S41#41000181').state,
    (now) => now === 'dismissed',
    page,
  )
  await said('Dismissed')
  await page.locator('.toast', { hasText: 'Dismissed' }).getByRole('button', { name: 'Undo' }).click()
  await row(page, 'S41#41000181').waitFor()
  assert.equal(of('S41#41000181').state, 'open')
  await row(page, 'S41#41000121').focus()
  await press('a')
  await said('is written down')
  await gone('S41#41000121')
  assert.match(of('S41#41000121').note, /^D\d+$/)
  assert.deepEqual(state().written.at(-1).sources, ['S41#41000120', 'S41#41000121'])
  await page.locator('.toast', { hasText: 'written down' }).getByRole('button', { name: 'Undo' }).click()
  await row(page, 'S41#41000121').waitFor()
  assert.equal(of('S41#41000121').state, 'open')
})

test('edited first, it is offered no longer once it is saved', async () => {
  await row(page, 'S41#41000181').focus()
  await press('e')
  const form = page.getByRole('form', { name: 'New decision' })
  await form.waitFor()
  assert.equal(await form.getByLabel('Ruled out 1', { exact: true }).inputValue(), '`cargo add governor`')
  await form.getByLabel('Title').fill('Count by hand')
  await press('Control+Enter')
  await gone('S41#41000181')
  const { title, sources } = state().written.at(-1)
  assert.deepEqual([title, sources], ['Count by hand', ['S41#41000180', 'S41#41000181']])
  assert.equal(of('S41#41000181').state, 'accepted')
})

test('the page of notes counts those of the workspace and opens them', async () => {
  await page.goto(`${view.daemon.url}/w/W1/notes`)
  await page.getByRole('button', { name: '4 candidates' }).click()
  await row(page, 'S44#44000012').waitFor()
  assert.match(page.url(), /kind=candidates/)
  await row(page, 'S44#44000012').focus()
  await press('x')
  await gone('S44#44000012')
  await page.getByRole('button', { name: '3 candidates' }).waitFor()
  // Settled elsewhere, it goes here, too.
  Object.assign(of('S44#44000030'), { state: 'dismissed' })
  state().announce({ type: 'candidates', session: 'S44' })
  await gone('S44#44000030')
  await page.keyboard.press('?')
  await page.getByRole('heading', { name: 'Candidates of decisions' }).waitFor()
  await press('Escape')
})

test('on a phone they are in the overview, and nothing complains', async () => {
  const phone = await open('/s/S41', { viewport: { width: 390, height: 844 } })
  await phone.page.getByRole('tab', { name: 'Overview' }).click()
  const one = row(phone.page, 'S41#41000181')
  await one.waitFor()
  const box = await one.boundingBox()
  assert.ok(box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box))
  assert.deepEqual([...view.problems, ...phone.problems], [])
  await phone.close()
})
