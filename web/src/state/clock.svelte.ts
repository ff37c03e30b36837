/** Times are shown by the minute: a finer tick would only wake the page. */
const TICK_MS = 10_000

class Clock {
  now = $state(Date.now())

  constructor() {
    setInterval(() => this.tick(), TICK_MS)
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.tick()
    })
  }

  tick(): void {
    this.now = Date.now()
  }
}

/** The one clock of the page: whatever shows an age reads it. */
export const clock = new Clock()
