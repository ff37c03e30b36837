import type { AnswerCall, CallOption, CallView, QuestionItem } from '../api/types'

/** What is being answered to one of several questions. */
export interface Part {
  chosen: string[]
  own: string
}

/** An answer being made. */
export interface Draft {
  /** The reason of a refusal, or the answer in one's own words. */
  text: string
  parts: Part[]
}

export const emptyDraft = (): Draft => ({ text: '', parts: [] })

/** Questions that are answered one by one, as their options are not the call's. */
export function partsOf(call: CallView): QuestionItem[] {
  if (call.detail.type !== 'questions' || call.options.length > 0) return []
  return call.detail.questions
}

export const partAt = (draft: Draft, index: number): Part => draft.parts[index] ?? { chosen: [], own: '' }

/** The draft with an answer to the question chosen, or no longer chosen. */
export function choose(draft: Draft, questions: readonly QuestionItem[], at: number, label: string): Draft {
  const parts = questions.map((question, index) => {
    const part = partAt(draft, index)
    if (index !== at) return part
    const rest = part.chosen.filter((other) => other !== label)
    if (rest.length < part.chosen.length) return { ...part, chosen: rest }
    return { ...part, chosen: question.multiple ? [...rest, label] : [label] }
  })
  return { ...draft, parts }
}

export function inOwnWords(draft: Draft, questions: readonly QuestionItem[], at: number, own: string): Draft {
  const parts = questions.map((_, index) =>
    index === at ? { ...partAt(draft, index), own } : partAt(draft, index),
  )
  return { ...draft, parts }
}

const given = ({ chosen, own }: Part): string[] => [...chosen, ...(own.trim() ? [own.trim()] : [])]

/** The first question without an answer; `null` if each has one. */
export function unanswered(draft: Draft, questions: readonly QuestionItem[]): number | null {
  const at = questions.findIndex((_, index) => given(partAt(draft, index)).length === 0)
  return at < 0 ? null : at
}

/** The key of each option: what its id is said as, else its number. */
export function optionKey(options: readonly CallOption[], index: number): string | null {
  const id = options[index]?.id
  if (id === 'yes') return 'y'
  if (id === 'no') return 'n'
  return index < 9 ? String(index + 1) : null
}

/** The option that a key means: `1`…`9` by number, `y` and `n` where there are such options. */
export function optionOf(options: readonly CallOption[], key: string): CallOption | null {
  const id = { y: 'yes', n: 'no' }[key]
  if (id) return options.find((option) => option.id === id) ?? null
  return /^[1-9]$/.test(key) ? (options[Number(key) - 1] ?? null) : null
}

export const allows = (option: CallOption): boolean =>
  option.effect === 'allow' || option.effect === 'allow_session' || option.effect === 'allow_always'

export const refuses = (option: CallOption): boolean =>
  option.effect === 'deny' || option.effect === 'deny_and_stop'

/** Whether words go to the agent with this option: as the reason of a refusal, or as what was asked for. */
const carriesText = (call: CallView, option: CallOption): boolean =>
  call.takes_text && (refuses(option) || (call.kind === 'question' && option.effect === 'allow'))

/** The answer that an option gives, to the question as it was seen. */
export function optionAnswer(call: CallView, option: CallOption, draft: Draft): AnswerCall {
  const text = draft.text.trim()
  const answer: AnswerCall = { generation: call.generation, option: option.id }
  return text && carriesText(call, option) ? { ...answer, text } : answer
}

/** The answer in one's own words; `null` if there are none. */
export function textAnswer(call: CallView, draft: Draft): AnswerCall | null {
  const text = draft.text.trim()
  return text && call.takes_text ? { generation: call.generation, text } : null
}

/** The answers to each question; `null` if one is missing. */
export function partsAnswer(call: CallView, draft: Draft): AnswerCall | null {
  const questions = partsOf(call)
  if (questions.length === 0 || unanswered(draft, questions) !== null) return null
  const answers = Object.fromEntries(
    questions.map(({ question }, index) => [question, given(partAt(draft, index))]),
  )
  return { generation: call.generation, answers }
}

/** What was answered, in words: the option's label, what was chosen, what was written. */
export function answerWords(call: CallView): string {
  const { answer } = call
  if (!answer) return ''
  const option = call.options.find(({ id }) => id === answer.option)?.label ?? answer.option
  return [option, ...Object.values(answer.answers ?? {}).flat(), answer.text].filter(Boolean).join(', ')
}

/** Whether a line tells all that is asked, so that it can be answered without looking closer. */
export function isToldInLine({ detail, question, irreversible, options }: CallView): boolean {
  if (irreversible !== null || options.length === 0) return false
  if (detail.type === 'command') return question.includes(detail.command.trim())
  if (detail.type === 'questions') return detail.questions.length === 1
  return detail.type === 'none'
}
