/** A part of a query that narrows it: `kind:edit`. */
export interface QueryFilter {
  name: string
  value: string
  /** As it stands in the query. */
  text: string
}

/** What may be typed to narrow a search, with what it does. */
export const FILTERS: { name: string; example: string; meaning: string }[] = [
  { name: 'kind', example: 'kind:edit', meaning: 'one kind: prompt, message, command, output, edit, task' },
  { name: 'agent', example: 'agent:claude', meaning: 'one agent' },
  { name: 'file', example: 'file:bucket.rs', meaning: 'what touched a file' },
  { name: 'task', example: 'task:T12', meaning: 'one task' },
  { name: 'session', example: 'session:S41', meaning: 'one session' },
  { name: 'since', example: 'since:7d', meaning: 'not before: 2h, 7d, yesterday, a date' },
  { name: 'until', example: 'until:yesterday', meaning: 'not after' },
]

const FILTER = new RegExp(
  `(?:^|\\s)((${FILTERS.map((filter) => filter.name).join('|')}):("[^"]*"|\\S+))`,
  'gi',
)

/** The filters in a query, in their order. */
export function queryFilters(query: string): QueryFilter[] {
  return [...query.matchAll(FILTER)].map((match) => ({
    name: (match[2] ?? '').toLowerCase(),
    value: (match[3] ?? '').replaceAll('"', ''),
    text: match[1] ?? '',
  }))
}

/** The query without one of its filters. */
export const withoutFilter = (query: string, filter: QueryFilter): string =>
  query.replace(filter.text, '').replaceAll(/\s+/g, ' ').trim()
