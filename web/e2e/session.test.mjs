import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { open, until } from './fixture.mjs'

let view
let page
const scroller = () => page.locator('.transcript .scroller')
const scroll = (to) =>
  scroller().evaluate((element, y) => (element.scrollTop = y === 'end' ? element.scrollHeight : y), to)
const distance = () => scroller().evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight)
const texts = () => page.locator('.item').allInnerTexts()
/** The first row wholly in sight, with its place on the screen. */
const anchor = () =>
  page.evaluate(() => {
    const top = document.querySelector('.transcript .scroller').getBoundingClientRect().top
    for (const item of document.querySelectorAll('.item')) {
      const box = item.getBoundingClientRect()
      if (box.top >= top)
        return { href: item.querySelector('.anchor').getAttribute('href'), y: Math.round(box.top) }
    }
    return null
  })
const placeOf = (href) =>
  page.evaluate((h) => {
    const item = document.querySelector(`.anchor[href="${h}"]`)?.closest('.item')
    return item ? Math.round(item.getBoundingClientRect().top) : null
  }, href)

before(async () => {
  view = await open('/s/S41')
  page = view.page
  await page.getByText('Good. Write the property tests').first().waitFor()
})
after(() => view.close())

test('a transcript opens at its end', async () => {
  await until(distance, (px) => px < 2, page)
})

test('it follows while it grows', async () => {
  view.daemon.state.append('S41', { kind: 'text', text: 'A new line at the end.' })
  await page.getByText('A new line at the end.').waitFor()
  await until(distance, (px) => px < 50, page)
})

test('scrolled up, it stays, and says how much is new', async () => {
  await scroll(await scroller().evaluate((e) => e.scrollHeight - 2600))
  await page.waitForTimeout(300)
  const before = await anchor()
  view.daemon.state.append(
    'S41',
    { kind: 'text', text: 'Unseen one.' },
    { kind: 'text', text: 'Unseen two.' },
  )
  await page.getByText('2 new', { exact: true }).waitFor()
  assert.equal(await placeOf(before.href), before.y)
  await page.getByText('2 new', { exact: true }).click()
  await page.getByText('Unseen two.').waitFor()
})

test('earlier events are put before without moving what is read', async () => {
  await page.goto(`${view.daemon.url}/s/S5100`)
  await page.locator('.item').first().waitFor()
  await until(distance, (px) => px < 2, page)
  for (let round = 0; round < 3; round += 1) {
    const height = await scroller().evaluate((e) => e.scrollHeight)
    view.daemon.control.delayMs = 400
    await scroll(0)
    await page.waitForFunction(() => document.querySelector('.item')?.dataset.index === '0')
    const seen = await anchor()
    await until(
      () => scroller().evaluate((e) => e.scrollHeight),
      (now) => now > height + 2000,
      page,
    )
    await until(
      () => placeOf(seen.href),
      (y) => y !== null && Math.abs(y - seen.y) <= 2,
      page,
    )
    view.daemon.control.delayMs = 0
  }
  await page.goto(`${view.daemon.url}/s/S41`)
  await page.locator('.item').first().waitFor()
})

test('a command shows its exit code and folds out its output', async () => {
  await page.keyboard.press('g')
  await page.keyboard.press('g')
  await until(
    () => scroller().evaluate((e) => e.scrollTop),
    (y) => y < 5,
    page,
  )
  const command = page.locator('.fold', { hasText: 'cargo nextest run -p api' }).first()
  await command.waitFor()
  assert.match(await command.innerText(), /exit \d+/)
  await command.locator('.toggle').click()
  await command.locator('pre').first().waitFor()
  assert.doesNotMatch(await command.locator('pre').first().innerText(), /\u001b/)
})

test('keys go from prompt to prompt and to failures', async () => {
  await page.keyboard.press('G')
  await until(distance, (px) => px < 50, page)
  await page.keyboard.press('k')
  await page.locator('.item.here .prompt').waitFor()
  const first = await page.locator('.item.here').innerText()
  await page.keyboard.press('k')
  await until(
    () => page.locator('.item.here').first().innerText(),
    (text) => text !== first,
    page,
  )
  await page.keyboard.press('[')
  await page.locator('.item.here .fold.bad').waitFor()
})

test('a link to an event leads to it, in a session of 100,000', async () => {
  const seq = 5100 * 1_000_000 + 54_000
  await page.goto(`${view.daemon.url}/s/S5100/${seq}`)
  await page.locator('.item.here').waitFor()
  const href = await page.locator('.item.here .anchor').getAttribute('href')
  assert.ok(Math.abs(Number(href.split('/').pop()) - seq) < 3, href)
  const items = await page.locator('.item').count()
  assert.ok(items < 120, `${items} rows on the page`)
  await page.keyboard.press('G')
  await until(distance, (px) => px < 50, page)
})

test('words are found beyond what is loaded', async () => {
  await page.goto(`${view.daemon.url}/s/S41`)
  await page.getByText('Good. Write the property tests').first().waitFor()
  await page.keyboard.press('f')
  await page.keyboard.type('History was')
  await page.keyboard.press('Escape')
  await page.keyboard.press('f')
  await page.keyboard.type('per_peer')
  await page.keyboard.press('Enter')
  await page.locator('.item.here').waitFor()
  await page.keyboard.press('Escape')
})

const found = () =>
  page.evaluate(() => [...(CSS.highlights.get('found') ?? [])].map((range) => range.toString().toLowerCase()))
const said = () => page.locator('.find .state').innerText()

test('words are found as they are typed, and counted', async () => {
  await page.keyboard.press('G')
  await until(distance, (px) => px < 50, page)
  await page.keyboard.press('f')
  await page.keyboard.type('per_peer')
  await until(found, (words) => words.length > 0 && words.every((word) => word === 'per_peer'), page)
  await page.locator('.item.here').waitFor()
  const [, nth, many] = /^(\d+) of (\d+)$/.exec(await until(said, (text) => /of \d+$/.test(text), page))
  assert.equal(nth, many)
  await page.keyboard.press('Enter')
  await until(said, (text) => text === `${many - 1} of ${many}`, page)
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.press('Shift+Enter')
  await until(said, (text) => text === 'No more in this direction', page)
  assert.ok((await found()).length > 0)
})

test('what is not there is said to be missing, and nothing stays marked', async () => {
  await page.locator('.find input').fill('zzzqq')
  await until(said, (text) => text === 'Not found', page)
  assert.deepEqual(await found(), [])
  assert.equal(await page.locator('.item.here').count(), 0)
  await page.keyboard.press('Enter')
  await until(said, (text) => text === 'Not found', page)
  await page.keyboard.press('Escape')
})

test('only the kinds that are chosen are shown', async () => {
  await page.getByRole('button', { name: 'Prompts', exact: true }).click()
  await until(
    texts,
    (rows) => rows.length > 3 && rows.every((text) => /^(You|Put in)/.test(text.trim())),
    page,
  )
  await page.getByRole('button', { name: 'All', exact: true }).click()
})

test('a landmark is shown among all that is around it, whatever was filtered', async () => {
  await page.getByRole('button', { name: 'Prompts', exact: true }).click()
  await until(
    texts,
    (rows) => rows.length > 3 && rows.every((text) => /^(You|Put in)/.test(text.trim())),
    page,
  )
  await page.getByRole('tab', { name: /Failures/ }).click()
  await page.locator('aside li button', { hasText: 'Not before the load test' }).click()
  await page.locator('.item.here', { hasText: 'git push origin' }).waitFor()
  assert.ok((await texts()).some((text) => /^Edited/.test(text.trim())))
})

test('only one file’s edits are shown, and all again', async () => {
  await page.locator('aside .when', { hasText: 'edits' }).first().click()
  await until(texts, (rows) => rows.length > 0 && rows.every((text) => /bucket\.rs/.test(text)), page)
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await until(texts, (rows) => rows.some((text) => /^You/.test(text.trim())), page)
})

test('a path opens in the editor', async () => {
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/open'))
  await page.locator('aside .path').first().click()
  assert.equal(JSON.parse((await asked).postData()).session, 'S41')
})

test('a goal that is a whole brief is cut, and shown whole where it is asked for', async () => {
  await page.route('**/api/sessions/S41', async (route) => {
    const answer = await (await route.fetch()).json()
    const goal_text = Array.from({ length: 30 }, (_, i) => `Line ${i} of a brief`).join('\n\n')
    await route.fulfill({ json: { ...answer, goal_text } })
  })
  await page.reload()
  const goal = page.locator('.aside section', { has: page.getByRole('heading', { name: 'Goal' }) })
  await goal.getByRole('button', { name: 'Show all' }).click()
  assert.ok((await goal.boundingBox()).height > 600)
  await goal.getByRole('button', { name: 'Show less' }).click()
  assert.ok((await goal.boundingBox()).height < 280)
  await page.unroute('**/api/sessions/S41')
})

test('nothing went wrong on the way', () => assert.deepEqual(view.problems, []))
