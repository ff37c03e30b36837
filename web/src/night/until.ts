const DAY = 24 * 3_600_000

/** The next moment at which the clock shows `08:00`; `null` for what is no time of day. */
export function nextAt(time: string, now: number): string | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(time) ?? []
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return null
  const at = new Date(now)
  at.setHours(Number(hours), Number(minutes), 0, 0)
  if (at.getTime() <= now) at.setTime(at.getTime() + DAY)
  return at.toISOString()
}
