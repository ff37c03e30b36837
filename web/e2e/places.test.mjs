// What is shown of where something is: its workspace, and words that agree with each other.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { card, open } from './fixture.mjs'

let view
let page
before(async () => {
  view = await open('/')
  page = view.page
  await card(page, 'T12').waitFor()
})
after(() => view.close())

const plain = (text) => text.replaceAll(/\s+/g, ' ').trim()
const counts = async () => plain(await page.locator('.counts').first().innerText())

for (const path of ['/s/S37', '/t/T2']) {
  test(`${path} opens in its own workspace`, async () => {
    await page.goto(view.daemon.url + path)
    await page.locator('h1', { hasText: 'web-shop' }).waitFor()
    assert.equal(await page.locator('nav.rail a').first().getAttribute('href'), '/w/W2/board')
    assert.match(await counts(), /^1 needs you 0 working 0 ready( 1 failed)?$/)
    assert.match(await page.title(), /web-shop/)
  })
}

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
