export const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A span in one or two units: `under 1 min`, `3 min`, `2 h 10 min`, `4 d`. */
export function span(ms: number): string {
  if (ms < MINUTE) return '<1 min'
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  const minutes = Math.floor((ms % HOUR) / MINUTE)
  if (ms < 10 * HOUR && minutes > 0) return `${Math.floor(ms / HOUR)} h ${minutes} min`
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} d`
}

/** A span in its largest unit only, where room is short. */
export function shortSpan(ms: number): string {
  if (ms < MINUTE) return '<1 min'
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`
  return `${Math.floor(ms / DAY)} d`
}

const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const dayMonthYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
const exactTime = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hour12: false })

/** How long ago, for a list: `3 min`, `2 h`, `5 d`, then the date. */
export function ago(at: string | null, now: number): string {
  if (!at) return ''
  const then = Date.parse(at)
  const ms = Math.max(0, now - then)
  if (ms < MINUTE) return 'now'
  if (ms < 14 * DAY) return shortSpan(ms)
  const sameYear = new Date(then).getFullYear() === new Date(now).getFullYear()
  return (sameYear ? dayAndMonth : dayMonthYear).format(then)
}

/** How long ago, within a sentence: `3 min ago`, `just now`, `on 3 Mar`. */
export function agoInWords(at: string | null, now: number): string {
  const told = ago(at, now)
  if (!at || !told) return ''
  if (told === 'now') return 'just now'
  return now - Date.parse(at) < 14 * DAY ? `${told} ago` : `on ${told}`
}

/** The exact time, for a hover. */
export const exact = (at: string | null): string => (at ? exactTime.format(Date.parse(at)) : '')

/** Hours and minutes. */
export const timeOfDay = (at: string | null): string => (at ? clockTime.format(Date.parse(at)) : '')

/** A duration as a command reports it: `0.4 s`, `12 s`, `3 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < MINUTE) return `${Math.round(ms / 1000)} s`
  const seconds = Math.round((ms % MINUTE) / 1000)
  if (ms < HOUR)
    return seconds ? `${Math.floor(ms / MINUTE)} min ${seconds} s` : `${Math.floor(ms / MINUTE)} min`
  return span(ms)
}

/** The day a list puts something under. */
export function dayGroup(at: string | null, now: number): string {
  if (!at) return 'No date'
  const start = new Date(now)
  start.setHours(0, 0, 0, 0)
  const then = Date.parse(at)
  if (then >= start.getTime()) return 'Today'
  if (then >= start.getTime() - DAY) return 'Yesterday'
  if (then >= start.getTime() - 6 * DAY) return 'Earlier this week'
  if (then >= start.getTime() - 30 * DAY) return 'Earlier this month'
  return 'Older'
}
