// Runs the page in Chromium: its tests over the mock daemon, then screenshots of every page.
// With BASE_URL, only the screenshots are taken, of the daemon that runs there.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const node = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1

if (!existsSync(here('../dist/index.html'))) {
  console.error('web/dist is missing. Run `npm run build` first.')
  process.exit(2)
}
const tests = ['board', 'session', 'lists', 'writing', 'phone'].map((name) => here(`${name}.test.mjs`))
const failed = process.env.BASE_URL ? 0 : node('--test', '--test-concurrency=1', ...tests)
process.exit(failed || node(here('screens.mjs')))
