const PREFIX = 'callboard.draft.'

/** A text being written, kept until it is saved: it outlives a reload, a lost connection and a closed panel. */
export const readDraft = (key: string): string | null => sessionStorage.getItem(PREFIX + key)

export function writeDraft(key: string, text: string | null): void {
  if (text === null) sessionStorage.removeItem(PREFIX + key)
  else sessionStorage.setItem(PREFIX + key, text)
}
