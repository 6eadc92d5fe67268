import { lazy, Suspense } from 'react'
import { Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { type Fault, put, type Rules } from './rules.ts'
import type { Draft } from './use-draft.ts'

// Half of the room's weight, and for the few.
const YamlEditor = lazy(() => import('./yaml-editor.tsx').then(({ YamlEditor }) => ({ default: YamlEditor })))

/** One part, or all of the rules, as text. */
export function YamlPart({
  part,
  draft,
  faults,
  disabled,
}: {
  /** null: all of them. */
  part: string | null
  draft: Draft
  faults: readonly Fault[]
  disabled: boolean
}) {
  const { playbook } = useWords()
  const shown = part === null ? draft.rules : { [part]: draft.rules[part] }
  const change = (typed: Rules) => {
    if (part === null) draft.replace(typed)
    // What is typed beside the part is not lost without a word: it is a part of its own.
    else draft.replace({ ...(put(draft.rules, [part], undefined) as Rules), ...typed })
  }
  return (
    <Suspense fallback={<Skeleton rows={8} />}>
      <YamlEditor
        key={`${part} ${draft.turn} ${draft.version}`}
        label={playbook.yamlOf(part === null ? playbook.all : (playbook.parts[part] ?? part))}
        rules={shown}
        readOnly={disabled}
        faults={faults.filter(({ path }) => part === null || path === part || path.startsWith(`${part}.`))}
        onChange={change}
      />
    </Suspense>
  )
}
