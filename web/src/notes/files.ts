import { openPath } from '../api/endpoints'
import { board } from '../state/board.svelte'
import { toasts } from '../state/toasts.svelte'

/** Opens a file in the user's editor; a path that is not absolute is from the workspace's root. */
export async function openFile(path: string, line?: number | null): Promise<void> {
  const root = board.workspace?.root
  const whole = /^[/~]/.test(path) || !root ? path : `${root}/${path}`
  try {
    await openPath(whole, undefined, line ?? undefined)
    toasts.say(`Opened ${path}${line ? `:${line}` : ''}.`)
  } catch (error) {
    toasts.fail(error, `${path} was not opened.`)
  }
}
