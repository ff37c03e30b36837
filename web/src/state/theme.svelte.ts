export type ThemeChoice = 'system' | 'light' | 'dark'

const KEY = 'callboard.theme'

function stored(): ThemeChoice {
  const value = localStorage.getItem(KEY)
  return value === 'light' || value === 'dark' ? value : 'system'
}

class Theme {
  choice = $state<ThemeChoice>(stored())
  #systemDark = $state(false)
  readonly dark = $derived(this.choice === 'dark' || (this.choice === 'system' && this.#systemDark))

  constructor() {
    // Tests have no such query.
    const system = globalThis.matchMedia?.('(prefers-color-scheme: dark)')
    this.#systemDark = system?.matches ?? false
    system?.addEventListener('change', ({ matches }) => (this.#systemDark = matches))
  }

  set(choice: ThemeChoice): void {
    this.choice = choice
    if (choice === 'system') {
      localStorage.removeItem(KEY)
      delete document.documentElement.dataset.theme
    } else {
      localStorage.setItem(KEY, choice)
      document.documentElement.dataset.theme = choice
    }
  }

  /** System, light, dark, and round again. */
  next(): void {
    this.set(this.choice === 'system' ? 'light' : this.choice === 'light' ? 'dark' : 'system')
  }
}

export const theme = new Theme()
