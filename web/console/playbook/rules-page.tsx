import { useMutation } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { CheckPanel } from './check-panel.tsx'
import { partsOf } from './fields.ts'
import { hasForm, PartForm } from './part-form.tsx'
import { PublishDialog } from './publish-dialog.tsx'
import type { Simulation } from './rules.ts'
import { useCheck } from './use-check.ts'
import type { Draft } from './use-draft.ts'
import { YamlPart } from './yaml-part.tsx'

/** The rules part by part: as forms where they have one, as text all of them; beside it what the draft comes to. */
export function RulesPage({ draft, may }: { draft: Draft; may: { draft: boolean; publish: boolean } }) {
  const { playbook } = useWords()
  const [search] = useSearchParams()
  const [, go] = useLocation()
  const { show } = useToasts()
  const reason = useReason()
  const [publishing, setPublishing] = useState(false)
  const check = useCheck(draft, may.draft)
  const parts = partsOf(draft.rules)
  const asked = search.get('part')
  const isAll = asked === 'all'
  const part = parts.find((one) => one === asked) ?? parts[0] ?? ''
  const isForm = !isAll && hasForm(part, draft.rules) && search.get('as') !== 'yaml'
  const faults = check.checked?.faults ?? []
  const simulate = useMutation({
    mutationFn: () => call<Simulation>('POST', '/api/playbook/simulate', { body: { patch: draft.patch } }),
    onSuccess: ({ id }) => go(`/playbook/simulations/${id}`),
    onError: (error) => show({ id: 'playbook', tone: 'bad', text: reason(error) }),
  })
  const given = { draft, faults, disabled: !may.draft }
  const to = (one: string) => `/playbook?part=${one}${search.get('as') === 'yaml' ? '&as=yaml' : ''}`
  return (
    <div className="rules-page" data-read={may.draft ? undefined : true}>
      <nav aria-label={playbook.partsLabel}>
        <ul className="rule-parts">
          {[...parts, 'all'].map((one) => (
            <li key={one}>
              <Link href={to(one)} replace aria-current={one === (isAll ? 'all' : part) ? 'true' : undefined}>
                {one === 'all' ? playbook.all : (playbook.parts[one] ?? one)}
                {Object.hasOwn(draft.patch, one) ? (
                  <span className="rule-dot" role="img" aria-label={playbook.changed} />
                ) : null}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <section className="rule-part" aria-label={isAll ? playbook.all : (playbook.parts[part] ?? part)}>
        <header className="rule-part-head">
          <h2>{isAll ? playbook.all : (playbook.parts[part] ?? part)}</h2>
          {!isAll && hasForm(part, draft.rules) ? (
            <Segmented
              size="small"
              aria-label={playbook.shownAs}
              value={isForm ? 'form' : 'yaml'}
              options={[
                { value: 'form', label: playbook.asForm },
                { value: 'yaml', label: 'YAML' },
              ]}
              onChange={(as) => go(`/playbook?part=${part}${as === 'yaml' ? '&as=yaml' : ''}`, { replace: true })}
            />
          ) : null}
        </header>
        {playbook.partHints[part] && !isAll ? <p className="quiet rule-hint">{playbook.partHints[part]}</p> : null}
        {isForm ? <PartForm part={part} {...given} /> : <YamlPart part={isAll ? null : part} {...given} />}
      </section>
      {may.draft ? (
        <CheckPanel
          draft={draft}
          check={check}
          mayPublish={may.publish}
          onPublish={() => setPublishing(true)}
          onSimulate={() => simulate.mutate()}
        />
      ) : null}
      {publishing && check.checked ? (
        <PublishDialog
          title={playbook.publishTitle(draft.version + 1)}
          verb={playbook.publish}
          changes={check.checked.changes}
          method="PUT"
          path="/api/playbook"
          body={{ ...draft.patch, version: draft.version }}
          said={playbook.published}
          onDone={draft.drop}
          onClose={() => setPublishing(false)}
        />
      ) : null}
    </div>
  )
}
