import type { Mermaid } from 'mermaid'

/** A drawn diagram: an image, in which nothing can run. */
export interface Drawing {
  src: string
  width: number
  height: number
}

let loading: Promise<Mermaid> | null = null

/** Mermaid is larger than the rest of the page: it comes with the first diagram. */
function load(): Promise<Mermaid> {
  loading ??= import('mermaid').then(
    ({ default: mermaid }) => mermaid,
    (error: unknown) => {
      loading = null
      throw error
    },
  )
  return loading
}

const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim()

/** The page's own colours, so that a diagram looks like a part of it in light and dark. */
function configure(mermaid: Mermaid, dark: boolean): void {
  const [text, line, surface, hover, active] = ['--text', '--faint', '--surface', '--hover', '--active'].map(
    colour,
  )
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    suppressErrorRendering: true,
    htmlLabels: false,
    flowchart: { htmlLabels: false },
    theme: 'base',
    fontFamily: colour('--sans'),
    themeVariables: {
      darkMode: dark,
      fontSize: '13px',
      background: surface,
      primaryColor: hover,
      primaryTextColor: text,
      primaryBorderColor: line,
      secondaryColor: active,
      tertiaryColor: surface,
      lineColor: line,
      textColor: text,
      mainBkg: hover,
      nodeBorder: line,
      clusterBkg: surface,
      clusterBorder: line,
      edgeLabelBackground: surface,
      titleColor: text,
      noteBkgColor: active,
      noteTextColor: text,
      noteBorderColor: line,
      attributeBackgroundColorOdd: surface,
      attributeBackgroundColorEven: hover,
      rowOdd: surface,
      rowEven: hover,
    },
  })
}

/** The image of an SVG, with its natural size. */
function imageOf(svg: string): Drawing {
  const root = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
  if (root.nodeName !== 'svg') throw new Error('What was drawn is no image.')
  const [, , width = 0, height = 0] = (root.getAttribute('viewBox') ?? '').split(/[\s,]+/).map(Number)
  root.setAttribute('width', String(width))
  root.setAttribute('height', String(height))
  root.removeAttribute('style')
  // Its marks of entities are white whatever the theme.
  for (const mark of root.querySelectorAll('[fill="white"]')) mark.setAttribute('fill', colour('--surface'))
  const text = new XMLSerializer().serializeToString(root)
  return { src: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`, width, height }
}

/** As many as a note being written goes through between two looks at it. */
const MOST_KEPT = 60
const kept = new Map<string, Drawing>()
let next = 1
/** Mermaid's settings are the page's: one is drawn after the other. */
let last: Promise<unknown> = Promise.resolve()

const keyOf = (source: string, dark: boolean): string => `${dark ? 'dark' : 'light'} ${source}`

export const drawn = (source: string, dark: boolean): Drawing | undefined => kept.get(keyOf(source, dark))

/** Draws it; what cannot be drawn is refused with the reason. */
export function draw(source: string, dark: boolean): Promise<Drawing> {
  const drawing = last.then(async () => {
    const known = drawn(source, dark)
    if (known) return known
    const mermaid = await load()
    configure(mermaid, dark)
    const id = `diagram-${next++}`
    try {
      const { svg } = await mermaid.render(id, source)
      const made = imageOf(svg)
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? '')
      kept.set(keyOf(source, dark), made)
      return made
    } finally {
      // It leaves its work on the page where it fails.
      document.getElementById(`d${id}`)?.remove()
    }
  })
  last = drawing.catch(() => {})
  return drawing
}
