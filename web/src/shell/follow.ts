import { router } from '../state/router.svelte'
import { focusedKey } from './focus'

/** Keys that are held down pass many rows: the panel shows the one they rest on. */
const REST_MS = 80
let timer: ReturnType<typeof setTimeout> | undefined

/** Shows what the keys went to in the panel, where that is open. */
export function follow(): void {
  clearTimeout(timer)
  if (!router.panel) return
  const { path } = router
  timer = setTimeout(() => {
    const key = focusedKey()
    if (key && router.panel && router.panel !== key && router.path === path) router.openPanel(key)
  }, REST_MS)
}
