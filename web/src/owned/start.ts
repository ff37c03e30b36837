import { cancelOwned, type NewStart, type OwnedView } from '../api/owned'
import type { TaskId, WorkspaceId } from '../api/types'
import { toasts } from '../state/toasts.svelte'
import { counted } from '../text/numbers'
import { agentTitle } from '../text/words'
import { owned } from './owned.svelte'
import { lastSettings } from './settings'

/** Starts a session on a task, with what was last chosen. */
export async function startTask(workspace: WorkspaceId, task: TaskId, more: NewStart = {}): Promise<boolean> {
  const { agent, model, mode } = lastSettings()
  const chosen = { agent: agent || null, model: model || null, mode: mode || null }
  const all = await owned.start(workspace, { task, ...chosen, ...more })
  const first = all?.[0]
  if (!all || !first) return false
  toasts.say(
    `${task}: ${all.length > 1 ? counted(all.length, 'session') : agentTitle(first.agent)} asked for.`,
    {
      label: 'Take back',
      run: () => void Promise.all(all.map(takeBack)),
    },
  )
  return true
}

const takeBack = async ({ id }: OwnedView): Promise<void> => {
  await owned.act('It was not ended.', () => cancelOwned(id))
}
