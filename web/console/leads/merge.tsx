import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { refreshLead, useMe } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { MergeDialog } from './merge-dialog.tsx'
import { mergedQuery } from './work-queries.ts'
import './lead-work.css'

/** It can be split at any later time, too. */
const undoMs = 10_000
const mergers = ['admin', 'manager', 'mdr']

/** Who turned out to be the same person, each to be split off again; and the way to say so of another. */
export function SamePerson({ lead }: { lead: Lead }) {
  const words = useWords()
  const names = useNames()
  const now = useNow()
  const me = useMe()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const say = words.work.merge
  const { data } = useQuery(mergedQuery(lead.id))
  const [, navigate] = useLocation()
  const [isMerging, setMerging] = useState(false)
  const mayMerge = me?.roles.some((role) => mergers.includes(role)) ?? false
  const merged = data?.items ?? []
  const split = async (leadId: string) => {
    try {
      await call('POST', `/api/leads/${leadId}/split`)
      show({ id: 'merge', tone: 'good', text: say.undone })
    } catch (error) {
      show({ id: 'merge', tone: 'bad', text: say.undo, hint: reasonOf(error) })
    }
    await refreshLead(client, lead.id)
  }
  if (!mayMerge && merged.length === 0) return null
  return (
    <section className="card">
      <h2>{say.title}</h2>
      <ul className="lines">
        {merged.map(({ id, leadId, name, company, by, at }) => (
          <li key={id}>
            <span>
              <span dir="auto">{[names.lead({ name }), company].filter(Boolean).join(' · ')}</span>
              <span className="quiet small"> {say.merged(names.actor(by), sayWhen(at, now, words))}</span>
            </span>
            {mayMerge ? (
              <Button size="small" onClick={() => void split(leadId)}>
                {say.undo}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {mayMerge ? (
        <button type="button" className="link-button small" onClick={() => setMerging(true)}>
          {say.start}
        </button>
      ) : null}
      {isMerging ? (
        <MergeDialog
          lead={lead}
          onClose={() => setMerging(false)}
          onMerged={(kept, gone) => {
            setMerging(false)
            show({
              id: 'merge',
              tone: 'good',
              text: say.done(names.lead(gone.id === lead.id ? kept : gone)),
              action: { label: say.undo, run: () => void split(gone.id) },
              lasts: undoMs,
            })
            void refreshLead(client, lead.id)
            if (kept.id !== lead.id) navigate(`/leads/${kept.id}`)
          }}
        />
      ) : null}
    </section>
  )
}
