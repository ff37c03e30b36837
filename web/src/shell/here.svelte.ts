import type { Command } from './commands'

/** What can be done on the page that is open, beside what can be done everywhere. */
class PageCommands {
  list = $state.raw<Command[]>([])

  /** Offers them until what is returned is called. */
  offer(commands: Omit<Command, 'key' | 'group'>[]): () => void {
    const own = commands.map((command) => ({ ...command, key: `here ${command.title}`, group: 'Here' }))
    this.list = own
    return () => {
      if (this.list === own) this.list = []
    }
  }
}

export const pageCommands = new PageCommands()
