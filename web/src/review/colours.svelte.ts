import { languageOf } from './language'
import type { Token } from './paint'
import type { Cell } from './rows'
import type { DiffHunk } from './shapes'

/** Hunks of more characters are shown without colours: they would keep others waiting. */
const MOST_CHARACTERS = 300_000

interface Coloured {
  old: Token[][]
  new: Token[][]
}

const NONE: readonly Token[] = []

/** The colours of hunks, made by a worker once they are seen; they go with their hunk. */
class Colours {
  #told = new WeakMap<DiffHunk, Coloured>()
  #wanted = new WeakSet<DiffHunk>()
  #asked = new Map<number, DiffHunk>()
  /** Counts answers: whoever shows a line looks again. */
  #answers = $state(0)
  #worker: Worker | null = null
  #next = 1

  /** Asks for the colours of a hunk that comes into sight. */
  ask(path: string, hunk: DiffHunk): void {
    const language = languageOf(path)
    if (!language || this.#wanted.has(hunk)) return
    this.#wanted.add(hunk)
    const side = (sign: string): string =>
      hunk.lines
        .filter((line) => line[0] === ' ' || line[0] === sign)
        .map((line) => line.slice(1))
        .join('\n')
    const texts = [side('-'), side('+')]
    if (texts.some(({ length }) => length > MOST_CHARACTERS)) return
    const id = this.#next++
    this.#worker ??= this.#start()
    this.#asked.set(id, hunk)
    this.#worker.postMessage({ id, language, texts })
  }

  /** The colours of a line, as soon as they are there. */
  of(cell: Cell): readonly Token[] {
    void this.#answers
    const { hunk } = cell
    const told = hunk && this.#told.get(hunk)
    if (!told) return NONE
    const line =
      cell.new !== null ? told.new[cell.new - hunk.new_start] : told.old[(cell.old ?? 0) - hunk.old_start]
    return line ?? NONE
  }

  #start(): Worker {
    const worker = new Worker(new URL('./highlight.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data: { id, told } }: MessageEvent<{ id: number; told: Token[][][] }>) => {
      const hunk = this.#asked.get(id)
      this.#asked.delete(id)
      if (!hunk) return
      this.#told.set(hunk, { old: told[0] ?? [], new: told[1] ?? [] })
      this.#answers += 1
    }
    return worker
  }
}

export const colours = new Colours()
