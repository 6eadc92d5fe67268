import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, foldGutter, foldKeymap, indentUnit, syntaxHighlighting } from '@codemirror/language'
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { classHighlighter } from '@lezer/highlight'
import { useEffect, useRef, useState } from 'react'
import { useWords } from '../words/words.tsx'
import type { Fault, Rules } from './rules.ts'
import { type Mark, marksOf, readYaml, toYaml } from './yaml-text.ts'
import './yaml-editor.css'

const styleNonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? ''
const pauseMs = 250

interface Given {
  /** As they are when the editor opens; from then on the text is what counts. */
  rules: Rules
  label: string
  readOnly: boolean
  faults: readonly Fault[]
  onChange(rules: Rules): void
}

/** Rules as text: what cannot be read is marked where it stands and changes nothing; what the server objects to likewise. */
export function YamlEditor({ rules, label, readOnly, faults, onChange }: Given) {
  const { playbook } = useWords()
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const [begin] = useState(() => toYaml(rules))
  const [text, setText] = useState(begin)
  const [broken, setBroken] = useState<Mark[]>([])
  const told = useRef(begin)
  useEffect(() => {
    if (!place.current) return
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: begin,
        extensions: [
          EditorView.cspNonce.of(styleNonce),
          EditorView.contentAttributes.of({ 'aria-label': label }),
          EditorState.readOnly.of(readOnly),
          [lineNumbers(), foldGutter(), lintGutter(), history(), bracketMatching(), highlightActiveLine()],
          [yaml(), indentUnit.of('  '), syntaxHighlighting(classHighlighter)],
          // Escape, then Tab, leaves the editor.
          keymap.of([...defaultKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap, indentWithTab]),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) setText(state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => editor.destroy()
  }, [begin, label, readOnly])
  useEffect(() => {
    if (text === told.current) return
    const timer = window.setTimeout(() => {
      told.current = text
      const read = readYaml(text, playbook.notRules)
      setBroken(read.marks)
      if (read.rules) onChange(read.rules)
    }, pauseMs)
    return () => window.clearTimeout(timer)
  }, [text, onChange, playbook])
  const marks = broken.length > 0 ? broken : marksOf(text, faults)
  useEffect(() => {
    const editor = view.current
    if (!editor) return
    const end = editor.state.doc.length
    const diagnostics = marks.map(({ from, to, message }) => ({
      from: Math.min(from, end),
      to: Math.min(Math.max(to, from), end),
      severity: 'error' as const,
      message,
    }))
    editor.dispatch(setDiagnostics(editor.state, diagnostics))
  }, [marks])
  return (
    <div className="yaml-editor">
      <div ref={place} />
      {broken.map(({ message, from }) => (
        <p key={`${from} ${message}`} className="rule-fault" role="alert">
          {playbook.notYaml(text.slice(0, from).split('\n').length, message)}
        </p>
      ))}
    </div>
  )
}
