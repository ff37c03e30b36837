import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
  type VirtualizerOptions,
} from '@tanstack/virtual-core'
import { untrack } from 'svelte'
import type { Attachment } from 'svelte/attachments'

type Options = Omit<
  VirtualizerOptions<HTMLElement, HTMLElement>,
  'getScrollElement' | 'observeElementRect' | 'observeElementOffset' | 'scrollToFn' | 'onChange'
>

/** The part of a long list that is in sight. Made while a component is set up; `options` is read again when what it reads changes. */
export class VirtualList {
  items = $state.raw<VirtualItem[]>([])
  total = $state(0)
  readonly virtualizer: Virtualizer<HTMLElement, HTMLElement>
  #element = $state.raw<HTMLElement | null>(null)
  #options: () => VirtualizerOptions<HTMLElement, HTMLElement>

  constructor(options: () => Options) {
    const all = (): VirtualizerOptions<HTMLElement, HTMLElement> => ({
      ...options(),
      getScrollElement: () => untrack(() => this.#element),
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => this.#read(),
    })
    this.#options = all
    this.virtualizer = new Virtualizer(untrack(all))
    $effect.pre(() => {
      this.virtualizer.setOptions(all())
      this.#read()
    })
    $effect(() => this.virtualizer._didMount())
    // The scroll position is settled once the list has its new size on the page.
    $effect(() => {
      void this.items
      void this.total
      if (this.#element) untrack(() => this.virtualizer._willUpdate())
    })
  }

  /**
   * Takes a list that changed with its scroll position: `place` tells that from where rows begin now. Without it, rows far
   * away would be in sight for a moment. Returns the position; the element is to be scrolled there once it has its new size.
   */
  hold(place: (startOf: (index: number) => number) => number | null): number | null {
    return untrack(() => {
      this.virtualizer.setOptions(this.#options())
      this.virtualizer.getTotalSize()
      const offset = place(this.startOf)
      if (offset !== null) this.virtualizer.scrollOffset = offset
      this.#read()
      return offset
    })
  }

  /** Where a row begins, in pixels from the first. */
  readonly startOf = (index: number): number => this.virtualizer.measurementsCache[index]?.start ?? 0

  /** Put on the element that scrolls. */
  scroller: Attachment<HTMLElement> = (element) => {
    this.#element = element
    return () => (this.#element = null)
  }

  /** Put on every row whose height is not known beforehand; it needs `data-index`. */
  measure: Attachment<HTMLElement> = (element) => {
    this.virtualizer.measureElement(element)
    return () => this.virtualizer.measureElement(null)
  }

  #read(): void {
    untrack(() => {
      this.items = this.virtualizer.getVirtualItems()
      this.total = this.virtualizer.getTotalSize()
    })
  }
}
