export type Overlay =
  { kind: 'palette' } | { kind: 'search' } | { kind: 'help' } | { kind: 'move'; task: string }

class Overlays {
  current = $state<Overlay | null>(null)
  #returnTo: HTMLElement | null = null

  open(overlay: Overlay): void {
    if (!this.current) this.#returnTo = document.activeElement as HTMLElement | null
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
