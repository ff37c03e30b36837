import { openBrowser } from './browser.mjs'
import { start } from '../mock/server.mjs'

export const PHONE = { width: 390, height: 844 }
export const DESK = { width: 1440, height: 900 }

/** A page over a mock daemon of its own. `problems` collects what the page complained of. */
export async function open(path, { viewport = DESK, touch = false, ...fixtures } = {}) {
  const daemon = await start({ still: true, ...fixtures })
  const { browser, close } = await openBrowser()
  const context = await browser.newContext({
    viewport,
    hasTouch: touch,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const problems = []
  page.on('pageerror', (error) => problems.push(error.stack))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/Failed to load resource|ERR_/.test(message.text()))
      problems.push(message.text())
  })
  await page.goto(daemon.url + path)
  return {
    page,
    daemon,
    problems,
    close: async () => {
      await close()
      daemon.close()
    },
  }
}

export const card = (page, id) => page.locator(`[data-card="${id}"]`)
export const column = (page, name) => page.locator(`[data-column="${name}"]`)
export const row = (page, id) => page.locator(`a[data-key="${id}"]`)
export const focusedKey = (page) =>
  page.evaluate(() => document.activeElement?.closest('[data-key]')?.dataset.key ?? null)

/** Waits until `read` gives what is wanted; the page is asked, not a clock. */
export async function until(read, wanted, page) {
  const deadline = Date.now() + 15_000
  for (;;) {
    const value = await read()
    if (wanted(value)) return value
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)}`)
    await page.waitForTimeout(20)
  }
}
