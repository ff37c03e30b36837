// What keys quote of a session, and what a draft does with a second passage.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, until } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/s/S41')
  page = view.page
  await page.locator('.item .markdown p').first().waitFor()
})
after(() => view.close())

const form = () => page.getByRole('form', { name: 'New decision' })
const body = () => form().getByLabel('More, with what was said')
const select = (locator) =>
  locator.evaluate((element) => {
    const range = document.createRange()
    range.selectNodeContents(element)
    getSelection().removeAllRanges()
    getSelection().addRange(range)
  })
const quotes = (text) => text.match(/S41#\d+, /g)?.length ?? 0
const leave = async () => {
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await form().waitFor({ state: 'detached' })
}
/** The words of each of the last rows that say some. */
const words = () => page.locator('.item .markdown > p:first-child')

test('a draft that nobody wrote in gives way to the next passage', async () => {
  await select(words().nth(-1))
  await page.keyboard.press('d')
  await until(
    () => body().inputValue(),
    (text) => quotes(text) === 1,
    page,
  )
  const first = await body().inputValue()
  await leave()
  await select(words().nth(-2))
  await page.keyboard.press('d')
  await until(
    () => body().inputValue(),
    (text) => quotes(text) === 1 && text !== first,
    page,
  )
  assert.equal(await form().locator('.token', { hasText: 'S41#' }).count(), 1)
})

test('one with words of its own keeps them, and shows the passage that was added', async () => {
  await form().getByLabel('Why', { exact: true }).fill('Because.')
  const before = await body().inputValue()
  await body().fill(`${before}\n${'\nMine.'.repeat(30)}`)
  await leave()
  await select(words().nth(-1))
  await page.keyboard.press('d')
  await until(
    () => body().inputValue(),
    (text) => quotes(text) === 2,
    page,
  )
  assert.equal(await form().getByLabel('Why', { exact: true }).inputValue(), 'Because.')
  assert.ok((await body().inputValue()).includes('Mine.'))
  await until(
    () => body().evaluate((field) => field.scrollTop),
    (top) => top > 300,
    page,
  )
  await form().getByRole('button', { name: 'Discard' }).click()
  await form().waitFor({ state: 'detached' })
})

test('without a selection, words that are wholly in sight are quoted', async () => {
  await page.evaluate(() => getSelection().removeAllRanges())
  const scroller = page.locator('.transcript .scroller')
  await scroller.evaluate((element) => (element.scrollTop -= 500))
  await page.waitForTimeout(300)
  await page.keyboard.press('d')
  const text = await until(
    () => body().inputValue(),
    (value) => quotes(value) === 1,
    page,
  )
  assert.match(text, /^S41#\d+, (you|the agent) said:/)
  const [, seq] = /^S41#(\d+)/.exec(text)
  const inSight = await page.evaluate((href) => {
    const item = document.querySelector(`.anchor[href$="/${href}"]`).closest('.item').getBoundingClientRect()
    const frame = document.querySelector('.transcript .scroller').getBoundingClientRect()
    return item.top >= frame.top - 1 && item.bottom <= frame.bottom + 1
  }, seq)
  assert.ok(inSight, text)
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
