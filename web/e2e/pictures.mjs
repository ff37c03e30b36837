// Makes the pictures in docs/images anew: `npm run pictures`, after `npm run build`.
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { start } from '../mock/server.mjs'
import { openBrowser } from './browser.mjs'

const OUT = fileURLToPath(new URL('../../docs/images', import.meta.url))
const SIZE = { width: 1240, height: 720 }
/** A repository keeps every picture for ever. */
const MOST_BYTES = 200_000

const PICTURES = [
  { name: 'board-dark', path: '/w/W1/board', colorScheme: 'dark' },
  { name: 'session-light', path: '/s/S41', colorScheme: 'light' },
  { name: 'calls-light', path: '/w/W1/calls', colorScheme: 'light' },
  { name: 'call-dark', path: '/w/W1/calls?call=C87', colorScheme: 'dark' },
  { name: 'composer-light', path: '/s/S41', colorScheme: 'light', before: compose },
  { name: 'worktrees-light', path: '/w/W1/worktrees', colorScheme: 'light' },
  { name: 'night-dark', path: '/w/W1/night', colorScheme: 'dark' },
  { name: 'receipt-light', path: '/receipt/T10', colorScheme: 'light' },
]

/** What asks to be looked at, with what was asked for below. */
async function compose(page, daemon) {
  daemon.state.changeOwned(1, {
    prompts: [
      {
        id: 'p1',
        text: 'Leave the health endpoints alone',
        at: new Date().toISOString(),
        refused: null,
      },
    ],
  })
  await page.locator('section.composer textarea').fill('And say in the docs what a client sees')
}

const { browser, close } = await openBrowser()
let tooLarge = false
for (const { name, path, colorScheme, before } of PICTURES) {
  const daemon = await start({ still: true })
  const context = await browser.newContext({ viewport: SIZE, colorScheme })
  const page = await context.newPage()
  await page.goto(daemon.url + path, { waitUntil: 'load' })
  await page.locator('main > *').first().waitFor()
  await page.waitForTimeout(500)
  await before?.(page, daemon)
  await page.waitForTimeout(300)
  const file = `${OUT}/${name}.png`
  await page.screenshot({ path: file })
  const { size } = await stat(file)
  tooLarge ||= size > MOST_BYTES
  console.log(`${name} ${Math.round(size / 1000)} kB`)
  await context.close()
  daemon.close()
}
await close()
if (tooLarge) {
  console.error(`A picture has more than ${MOST_BYTES / 1000} kB: make it smaller, or show less.`)
  process.exit(1)
}
