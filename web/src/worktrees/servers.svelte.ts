import { SvelteMap } from 'svelte/reactivity'
import { fetchKnownWorktrees } from '../api/endpoints'
import type { TaskId, WorkspaceId, WorktreeView } from '../api/types'

/** The development servers that run in worktrees of tasks. */
export class Servers {
  #byTask = new SvelteMap<TaskId, WorktreeView>()

  async load(workspace: WorkspaceId): Promise<void> {
    try {
      const all = await fetchKnownWorktrees(workspace)
      this.#byTask.clear()
      for (const worktree of all) this.hear(worktree)
    } catch {
      // A card without the address of its server is as useful as before.
    }
  }

  hear(worktree: WorktreeView): void {
    const { task } = worktree
    if (task === null) return
    if (worktree.server?.running && worktree.url) this.#byTask.set(task, worktree)
    else if (this.#byTask.get(task)?.name === worktree.name) this.#byTask.delete(task)
  }

  /** Where the server of a task's worktree answers. */
  of(task: TaskId): string | null {
    return this.#byTask.get(task)?.url ?? null
  }
}

export const servers = new Servers()
