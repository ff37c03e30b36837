/** With what sessions were last started; an empty text is the agent's own choice. */
export interface StartSettings {
  agent: string
  model: string
  mode: string
}

const KEY = 'callboard.start'
export const OWN_CHOICE: StartSettings = { agent: '', model: '', mode: '' }

export function lastSettings(): StartSettings {
  try {
    return { ...OWN_CHOICE, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<StartSettings>) }
  } catch {
    return OWN_CHOICE
  }
}

export const keepSettings = (settings: StartSettings): void =>
  localStorage.setItem(KEY, JSON.stringify(settings))

/** What the agents call their permission modes; others can be written. */
export const MODES: Record<string, string[]> = {
  claude: ['default', 'plan', 'acceptEdits'],
  codex: ['on-request/workspace-write', 'on-request/read-only', 'never/workspace-write'],
}
