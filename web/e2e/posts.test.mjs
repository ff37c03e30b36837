// A note or a brief posted to the tracker: shown first, to the letter; what was posted is remembered.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { writeElsewhere } from '../mock/routes/notes.mjs'
import { open } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/w/W1/notes/D9')
  page = view.page
  await page.getByRole('heading', { name: 'Count requests per account' }).waitFor()
})
after(() => view.close())

const dialog = () => page.getByRole('dialog')
const button = (name) => dialog().getByRole('button', { name })
const posts = () => view.daemon.state.posts ?? []

test('a decision is shown as it would be posted, and where, before it is', async () => {
  await page.getByRole('button', { name: 'Post…' }).click()
  const to = dialog().getByLabel('To', { exact: true })
  await to.fill('432')
  await button('Show what would be posted').click()
  await dialog().getByText('is no issue or pull request').waitFor()
  await to.fill('#432')
  await page.keyboard.press('Enter')
  await dialog().getByRole('link', { name: '#432 Clients behind one address' }).waitFor()
  const text = await dialog().getByLabel('What would be posted').innerText()
  assert.match(text, /^\*Written by an agent \(claude, S41\)\.\*\n\n# Count requests per account/)
  assert.ok(!text.includes('status: decided'), text)
  for (const part of [
    'open public issue',
    'as sam-acme',
    '1 secret masked',
    'only their names: ../notes/images/mock-up.png',
    'GitHub tells @maria of it',
  ])
    await dialog().getByText(part).waitFor()
  assert.equal(posts().length, 0)
})

test('what has changed since it was shown is not posted', async () => {
  const path = view.daemon.state.notes.find(({ path }) => path.includes('/decisions/D9')).path
  writeElsewhere(view.daemon.state, path, (text) => `${text}\nAnd per tenant.\n`)
  await button('Post to #432').click()
  await dialog().getByText('D9 has changed since it was shown').waitFor()
  assert.equal(posts().length, 0)
  await button('Show what would be posted').click()
  await dialog().getByText('And per tenant.').waitFor()
})

test('what was posted is remembered, and the same text is posted again only when asked to', async () => {
  await button('Post to #432').click()
  await dialog().waitFor({ state: 'detached' })
  const aside = page.getByRole('complementary', { name: 'About this note' })
  const link = aside.getByRole('link', { name: '#432' })
  await link.waitFor()
  assert.match(await link.getAttribute('href'), /#issuecomment-1$/)
  await page.getByRole('button', { name: 'Post…' }).click()
  await dialog().getByLabel('To', { exact: true }).fill('#432')
  await page.keyboard.press('Enter')
  await dialog().getByText('This very text was posted there').waitFor()
  assert.ok(await button('Post to #432').isDisabled())
  await dialog().getByLabel('Post it once more').check()
  await button('Post to #432').click()
  await dialog().waitFor({ state: 'detached' })
  assert.equal(posts().length, 2)
})

test('where nothing can be posted, the text can be copied', async () => {
  await page.getByRole('button', { name: 'Post…' }).click()
  await dialog().getByLabel('To', { exact: true }).fill('#500')
  await page.keyboard.press('Enter')
  await dialog().getByText('is not installed').waitFor()
  assert.ok(await button('Post to #500').isDisabled())
  await button('Copy the text').click()
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /# Count requests/)
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
})

test('the brief of a session is posted from its pane', async () => {
  await page.goto(`${view.daemon.url}/s/S41?open=brief-S41`)
  await page.locator('aside.panel').getByRole('button', { name: 'Post…' }).click()
  await dialog().getByLabel('To', { exact: true }).fill('#432')
  await page.keyboard.press('Enter')
  await dialog().getByText('# Brief of S41').waitFor()
  await button('Post to #432').click()
  await dialog().waitFor({ state: 'detached' })
  assert.equal(posts()[0].name, 'S41')
})

test('the page complained of nothing', () => assert.deepEqual(view.problems, []))
