import { router } from '../state/router.svelte'
import { focusedKey } from './focus'

export type Overlay =
  { kind: 'palette' } | { kind: 'search' } | { kind: 'help' } | { kind: 'move'; task: string }

class Overlays {
  current = $state<Overlay | null>(null)
  /** The task or session that was selected when it was opened. */
  selected = $state<string | null>(null)
  #returnTo: HTMLElement | null = null

  open(overlay: Overlay): void {
    if (!this.current) {
      this.#returnTo = document.activeElement as HTMLElement | null
      const { route } = router
      const shown = route.page === 'session' ? route.session : route.page === 'task' ? route.task : null
      this.selected = focusedKey() ?? router.panel ?? shown
    }
    this.current = overlay
  }

  /** Closes it and gives the focus back to where it was. */
  close(): void {
    this.current = null
    const back = this.#returnTo
    this.#returnTo = null
    queueMicrotask(() => back?.isConnected && back.focus({ preventScroll: true }))
  }
}

export const overlays = new Overlays()
