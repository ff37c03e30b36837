import { expect, test } from 'vitest'
import type { CallOption } from '../api/types'
import {
  answerWords,
  choose,
  emptyDraft,
  inOwnWords,
  isToldInLine,
  optionAnswer,
  optionKey,
  optionOf,
  partsAnswer,
  partsOf,
  textAnswer,
  unanswered,
} from './answer'
import { sampleCall as call } from './sample'

const option = (id: string): CallOption => call({}).options.find((one) => one.id === id) as CallOption

test('each option has the key that is shown on it', () => {
  const { options } = call({})
  expect(options.map((_, index) => optionKey(options, index))).toEqual(['y', '2', 'n'])
  for (const [key, id] of [
    ['y', 'yes'],
    ['1', 'yes'],
    ['2', 'session'],
    ['n', 'no'],
    ['3', 'no'],
  ] as const) {
    expect(optionOf(options, key)?.id).toBe(id)
  }
  expect(optionOf(options, '4')).toBeNull()
  const choices: CallOption[] = [{ id: '1', label: 'A', effect: 'choose' }]
  expect(optionOf(choices, 'y')).toBeNull()
  expect(optionOf(choices, '0')).toBeNull()
})

test('an answer names the generation that was seen', () => {
  expect(optionAnswer(call({ generation: 3 }), option('yes'), emptyDraft())).toEqual({
    generation: 3,
    option: 'yes',
  })
})

test('a reason goes with a refusal only: nobody would read it elsewhere', () => {
  const draft = { ...emptyDraft(), text: ' use the other branch ' }
  expect(optionAnswer(call({}), option('no'), draft).text).toBe('use the other branch')
  expect(optionAnswer(call({}), option('yes'), draft).text).toBeUndefined()
  expect(optionAnswer(call({ kind: 'question' }), option('yes'), draft).text).toBe('use the other branch')
})

test('own words are an answer where the call takes them', () => {
  const draft = { ...emptyDraft(), text: 'neither' }
  expect(textAnswer(call({ kind: 'question' }), draft)).toEqual({ generation: 1, text: 'neither' })
  expect(textAnswer(call({ takes_text: false }), draft)).toBeNull()
  expect(textAnswer(call({}), { ...draft, text: '  ' })).toBeNull()
})

test('several questions are answered together, each by its words', () => {
  const asked = call({
    kind: 'question',
    options: [],
    detail: {
      type: 'questions',
      questions: [
        { question: 'Where?', options: ['here', 'there', 'both'], multiple: true },
        { question: 'When?', options: ['now', 'later'] },
        { question: 'Why?' },
      ],
    },
  })
  const questions = partsOf(asked)
  let draft = emptyDraft()
  const press = (at: number, label: string) => (draft = choose(draft, questions, at, label))
  press(0, 'here')
  press(0, 'both')
  press(0, 'here')
  press(0, 'there')
  expect(unanswered(draft, questions)).toBe(1)
  press(1, 'now')
  press(1, 'later')
  expect(partsAnswer(asked, draft)).toBeNull()
  draft = inOwnWords(draft, questions, 2, ' because ')
  expect(partsAnswer(asked, draft)).toEqual({
    generation: 1,
    answers: { 'Where?': ['both', 'there'], 'When?': ['later'], 'Why?': ['because'] },
  })
})

test('an answer is told in the words of its option', () => {
  expect(answerWords(call({ answer: { option: 'no', text: 'not now' } }))).toBe('Deny, not now')
  expect(answerWords(call({ answer: { answers: { 'A?': ['x', 'y'] } } }))).toBe('x, y')
})

test('only what a line tells in full is answered without a closer look', () => {
  expect(isToldInLine(call({}))).toBe(true)
  expect(isToldInLine(call({ detail: { type: 'command', command: 'cargo test\nrm x' } }))).toBe(false)
  expect(isToldInLine(call({ irreversible: 'deletes files' }))).toBe(false)
  expect(isToldInLine(call({ detail: { type: 'edit', files: [] } }))).toBe(false)
})
