// Colours code off the main thread, with the languages that couplings are found in and a few more.
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import c from 'highlight.js/lib/languages/c'
import cpp from 'highlight.js/lib/languages/cpp'
import css from 'highlight.js/lib/languages/css'
import go from 'highlight.js/lib/languages/go'
import ini from 'highlight.js/lib/languages/ini'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import markdown from 'highlight.js/lib/languages/markdown'
import python from 'highlight.js/lib/languages/python'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import { tokensOf } from './paint'

const LANGUAGES = {
  ...{ bash, c, cpp, css, go, ini, java, javascript, json, markdown },
  ...{ python, rust, sql, typescript, xml, yaml },
}
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)

export interface Asked {
  id: number
  language: string
  texts: string[]
}

addEventListener('message', ({ data: { id, language, texts } }: MessageEvent<Asked>) => {
  const told = texts.map((text) => tokensOf(hljs.highlight(text, { language, ignoreIllegals: true }).value))
  postMessage({ id, told })
})
