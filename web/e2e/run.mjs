// Runs the page in Chromium: its tests over the mock daemon, then screenshots of every page.
// The page over the real daemon is in daemon.test.mjs, which the Rust tests run.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const node = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1

if (!existsSync(here('../dist/index.html'))) {
  console.error('web/dist is missing. Run `npm run build` first.')
  process.exit(2)
}
const tests = [
  'board',
  'calls',
  'owned',
  'review',
  'diff',
  'receipt',
  'notes',
  'briefs',
  'talk',
  'worktrees',
  'night',
  'keys',
  'session',
  'lists',
  'places',
  'writing',
  'phone',
].map((name) => here(`${name}.test.mjs`))
const failed = node('--test', '--test-concurrency=1', ...tests)
process.exit(failed || node(here('screens.mjs')))
