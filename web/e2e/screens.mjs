import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { openBrowser } from './browser.mjs'
import { start } from '../mock/server.mjs'

const OUT = fileURLToPath(new URL('../test-results/screens', import.meta.url))
const SIZES = { desk: [1440, 900], wide: [2200, 1200], phone: [390, 844] }
const PAGES = {
  board: '/w/W1/board',
  'board-task': '/w/W1/board?open=T12',
  'board-session': '/w/W1/board?open=S41',
  calls: '/w/W1/calls',
  'call-question': '/c/C83',
  'call-same': '/c/C85',
  'call-edit': '/c/C87',
  'board-call': '/w/W1/board?open=C84',
  'session-call': '/s/S43',
  reviews: '/w/W1/review',
  review: '/review/R7',
  'review-diff': '/review/R7?part=diff',
  'review-torn': '/review/R8?part=diff',
  receipt: '/receipt/T10',
  'receipt-running': '/receipt/T12',
  'receipt-lead': '/receipt/S41',
  'receipt-content': '/receipt/T16',
  'board-receipt': '/w/W1/board?open=receipt-T10',
  notes: '/w/W1/notes',
  decision: '/w/W1/notes/D9',
  note: '/w/W1/notes/.callboard/notes/data-model.md',
  'note-edit': '/w/W1/notes/.callboard/notes/data-model.md?part=edit',
  'note-history': '/w/W1/notes/D9?part=history',
  'new-decision': '/w/W1/notes?open=decision',
  brief: '/s/S41?open=brief-S41',
  handoff: '/s/S41?open=handoff-S41',
  worktrees: '/w/W1/worktrees',
  night: '/w/W1/night',
  sessions: '/w/W1/sessions',
  session: '/s/S41',
  task: '/t/T12',
  search: '/w/W1/search?q=bucket',
  since: '/w/W1/since',
}
const OVERLAYS = { palette: 'Control+k', keys: '?' }

const daemon = await start({ still: true })
const { browser, close } = await openBrowser()
await mkdir(OUT, { recursive: true })
for (const colorScheme of ['light', 'dark']) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      hasTouch: size === 'phone',
    })
    const page = await context.newPage()
    const shot = (name) => page.screenshot({ path: `${OUT}/${name}-${size}-${colorScheme}.png` })
    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(daemon.url + path)
      await page.waitForTimeout(500)
      await shot(name)
    }
    if (size === 'desk') {
      await page.goto(`${daemon.url}/w/W1/board`)
      for (const [name, key] of Object.entries(OVERLAYS)) {
        await page.keyboard.press(key)
        await page.waitForTimeout(100)
        await shot(name)
        await page.keyboard.press('Escape')
      }
    }
    await context.close()
  }
}
await close()
daemon.close()
console.log(OUT)
