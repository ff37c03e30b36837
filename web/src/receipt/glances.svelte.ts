import { fetchReceipts } from '../api/receipts'
import type { ReceiptGlance, ReceiptOf, WorkspaceId } from '../api/types'
import { board } from '../state/board.svelte'

/** Receipts change while work goes on: the list is read at most so often. */
const READ_MS = 1000

/** The receipts of a workspace in a few words, once somebody wants them. */
class Glances {
  list = $state.raw<ReceiptGlance[]>([])
  #workspace: WorkspaceId | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** The receipt that there is of the first of these that has one. */
  of = (...names: (ReceiptOf | null)[]): ReceiptGlance | null => {
    for (const name of names) {
      const found = name && this.list.find(({ of }) => of === name)
      if (found) return found
    }
    return null
  }

  /** Keeps the list of the workspace up to date until the returned function is called. */
  follow(workspace: WorkspaceId): () => void {
    if (this.#workspace !== workspace) this.list = []
    this.#workspace = workspace
    void this.#read()
    return board.onReceipt(() => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined
        void this.#read()
      }, READ_MS)
    })
  }

  async #read(): Promise<void> {
    const workspace = this.#workspace
    if (!workspace) return
    try {
      const { receipts } = await fetchReceipts(workspace)
      if (this.#workspace === workspace) this.list = receipts
    } catch {
      // It is beside what the page is for: what is there stays.
    }
  }
}

export const glances = new Glances()
