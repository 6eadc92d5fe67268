import { Document, isCollection, isPair, LineCounter, parseDocument, visit } from 'yaml'
import type { Fault, Rules } from './rules.ts'

const widest = 96

/** Rules as YAML people like to edit: what is short stays on one line. */
export function toYaml(value: unknown): string {
  const document = new Document(value)
  visit(document, {
    Collection(_, node) {
      const text = JSON.stringify(node.toJSON()) ?? ''
      if (node !== document.contents && widthOf(text) <= widest) node.flow = true
    },
  })
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}

/** In columns of a fixed face, where a Chinese character takes two. */
const widthOf = (text: string): number => text.replace(/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/g, '  ').length

/** Where in a text something is wrong. */
export interface Mark {
  from: number
  to: number
  message: string
}

/** Reads what was typed. Not YAML, or not a list of parts: where and why. */
export function readYaml(text: string, notRules: string): { rules: Rules; marks: [] } | { rules: null; marks: Mark[] } {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true })
  const marks = document.errors.map(({ pos: [from, to], message }) => ({ from, to, message }))
  if (marks.length > 0) return { rules: null, marks }
  let rules: unknown
  try {
    rules = document.toJS({ maxAliasCount: 20 })
  } catch (error) {
    return { rules: null, marks: [{ from: 0, to: text.length, message: String(error) }] }
  }
  if (typeof rules !== 'object' || rules === null || Array.isArray(rules))
    return { rules: null, marks: [{ from: 0, to: text.length, message: notRules }] }
  return { rules: rules as Rules, marks: [] }
}

/** Where the server's faults stand in a text: at the deepest thing on their path that is there. */
export function marksOf(text: string, faults: readonly Fault[]): (Mark & { line: number })[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) return []
  return faults.map(({ path, message }) => {
    const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))
    for (let depth = keys.length; depth > 0; depth--) {
      const range = rangeAt(document, keys.slice(0, depth))
      if (range) return { ...range, message: `${path}：${message}`, line: lines.linePos(range.from).line }
    }
    return { from: 0, to: 0, message: `${path}：${message}`, line: 1 }
  })
}

function rangeAt(document: Document, keys: readonly (string | number)[]): { from: number; to: number } | null {
  const parent = keys.length > 1 ? document.getIn(keys.slice(0, -1), true) : document.contents
  const last = keys.at(-1)
  if (!isCollection(parent)) return null
  const found = parent.items.find((item, index) => (isPair(item) ? String(item.key) === String(last) : index === last))
  const node = (isPair(found) ? found.value : found) as { range?: [number, number, number] | null } | null | undefined
  const key = isPair(found) ? (found.key as { range?: [number, number, number] | null }) : null
  const range = node?.range ?? key?.range
  return range ? { from: key?.range?.[0] ?? range[0], to: range[1] } : null
}
