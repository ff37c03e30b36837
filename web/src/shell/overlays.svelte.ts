import { tick } from 'svelte'
import type { PostView } from '../api/types'
import type { ToPost } from '../posts/post'
import { router } from '../state/router.svelte'
import { focusedKey, refocus } from './focus'

export type Overlay =
  | { kind: 'palette' }
  | { kind: 'search' }
  | { kind: 'help' }
  | { kind: 'move' | 'start'; task: string }
  /** Back to before a prompt, which may be chosen already. */
  | { kind: 'rewind'; session: string; prompt: string | null }
  | { kind: 'post'; post: ToPost; onposted?: (view: PostView) => void }

class Overlays {
  current = $state<Overlay | null>(null)
  /** The task or session that was selected when it was opened. */
  selected = $state<string | null>(null)
  #returnTo: HTMLElement | null = null

  open(overlay: Overlay): void {
    if (!this.current) {
      this.#returnTo = document.activeElement as HTMLElement | null
      const { route } = router
      const shown =
        route.page === 'session'
          ? route.session
          : route.page === 'task'
            ? route.task
            : route.page === 'receipt'
              ? route.of
              : null
      this.selected = focusedKey() ?? router.panel ?? shown
    }
    this.current = overlay
  }

  /** Closes it and gives the focus back to where it was; a card that was moved is another element now. */
  close(): void {
    this.current = null
    const back = this.#returnTo
    this.#returnTo = null
    void tick().then(() => {
      if (back?.isConnected) back.focus({ preventScroll: true })
      refocus()
    })
  }
}

export const overlays = new Overlays()
