// How soon a large review is seen, and how smoothly it scrolls: `cargo xtask bench diff` runs it and reads what it prints.
import { openBrowser } from './browser.mjs'

const { CALLBOARD_URL, CALLBOARD_TOKEN, REVIEW, FLOOR } = process.env
const TIMES = 5
/** Frames in which a wheel is turned, and the pixels of each. */
const FRAMES = 400
const STEP = 150

const quantile = (values, q) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * q)]

const { browser, close } = await openBrowser()
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
const page = await context.newPage()
page.setDefaultTimeout(120_000)

/** Milliseconds from the address until `selector` is painted. */
async function first(url, selector) {
  const times = []
  for (let i = 0; i < TIMES; i++) {
    await page.goto('about:blank')
    await page.goto(url, { waitUntil: 'commit' })
    times.push(
      await page.evaluate(async (wanted) => {
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
        while (!document.querySelector(wanted)) {
          if (performance.now() > 60_000) throw new Error(`there is no ${wanted}`)
          await frame()
        }
        await frame()
        await frame()
        return performance.now()
      }, selector),
    )
  }
  return quantile(times, 0.5)
}

/** The times between frames while `selector` scrolls, in milliseconds. */
const scroll = (selector) =>
  page.evaluate(
    async ([wanted, frames, step]) => {
      const element = document.querySelector(wanted)
      const times = []
      let last = await new Promise((resolve) => requestAnimationFrame(resolve))
      for (let i = 0; i < frames; i++) {
        element.scrollTop += step
        const now = await new Promise((resolve) => requestAnimationFrame(resolve))
        times.push(now - last)
        last = now
      }
      return times
    },
    [selector, FRAMES, STEP],
  )

/** Milliseconds until the end of `selector` is painted, from its beginning. */
async function end(selector, row) {
  await page.evaluate((wanted) => (document.querySelector(wanted).scrollTop = 0), selector)
  await page.waitForTimeout(500)
  return page.evaluate(
    async ([wanted, part]) => {
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
      const element = document.querySelector(wanted)
      const begun = performance.now()
      element.scrollTop = element.scrollHeight
      await frame()
      const seen = () => {
        if (!part) return true
        const box = element.getBoundingClientRect()
        return [...element.querySelectorAll(part)].some(
          (one) => one.getBoundingClientRect().bottom > box.top + box.height / 2,
        )
      }
      while (!seen()) {
        if (performance.now() - begun > 60_000) throw new Error('the end is not seen')
        await frame()
      }
      await frame()
      return performance.now() - begun
    },
    [selector, row],
  )
}

async function heap() {
  const client = await context.newCDPSession(page)
  await client.send('Performance.enable')
  await client.send('HeapProfiler.collectGarbage')
  const { metrics } = await client.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1e6
}

async function measure(url, [scroller, wanted, row]) {
  const seen = await first(url, wanted)
  const frames = await scroll(scroller)
  return {
    first: seen,
    frame: quantile([...frames], 0.5),
    slow_frame: quantile([...frames], 0.99),
    end: await end(scroller, row),
    heap: await heap(),
  }
}

await page.goto(CALLBOARD_URL)
await page.locator('input[name=token]').fill(CALLBOARD_TOKEN)
await page.keyboard.press('Enter')
await page.locator('nav').first().waitFor()
const ours = await measure(`${CALLBOARD_URL}/review/${REVIEW}?part=diff`, [
  '.diff .scroller',
  '.row.code',
  '.row.code',
])
const floor = await measure(`file://${FLOOR}`, ['html', 'pre', null])
console.log(JSON.stringify({ ours, floor }))
await close()
