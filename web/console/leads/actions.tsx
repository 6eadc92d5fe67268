import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import { type LeadMove, leadMoves } from '../../shared/lead-moves.ts'
import { useNames } from '../api/names.ts'
import { refreshLead, useMe } from '../api/queries.ts'
import type { Brief, Lead } from '../api/shapes.ts'
import { type GivenReason, ReasonDialog } from '../pieces/reason-dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'

type Action = LeadMove & { label: string }

const calls = { accept: 'accept', decline: 'decline', return: 'give' } as const

/** What this person may do with the lead where it stands. */
export function Actions({ lead, brief }: { lead: Lead; brief: Brief }) {
  const words = useWords()
  const names = useNames()
  const me = useMe()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [asking, setAsking] = useState<Action>()
  const [isBusy, setBusy] = useState(false)
  const undoSeconds = names.words?.undoSeconds ?? 10

  const undo = async () => {
    try {
      await call('POST', `/api/leads/${lead.id}/undo`)
      show({ id: 'lead-action', tone: 'good', text: words.review.undone(names.lead(lead)) })
    } catch (error) {
      show({ id: 'lead-action', tone: 'bad', text: words.review.undoFailed(names.lead(lead)), hint: reasonOf(error) })
    }
    await refreshLead(client, lead.id)
  }
  const run = async (action: Action, given: GivenReason | null) => {
    setAsking(undefined)
    setBusy(true)
    try {
      await call('POST', `/api/leads/${lead.id}/${action.path}`, { body: action.body(given) })
      show({
        id: 'lead-action',
        tone: 'good',
        text: words.lead.done(action.label),
        ...(action.canUndo
          ? { action: { label: words.review.undo, run: () => void undo() }, lasts: undoSeconds * 1000 }
          : {}),
      })
    } catch (error) {
      show({ id: 'lead-action', tone: 'bad', text: action.label, hint: reasonOf(error) })
    }
    setBusy(false)
    await refreshLead(client, lead.id)
  }

  const mayWork =
    lead.owner?.toLowerCase() === me?.userid?.toLowerCase() ||
    me?.roles.some((role) => role === 'admin' || role === 'manager')
  const labelOf = ({ kind, id, verdict = '', name = '' }: LeadMove): string =>
    kind === 'verdict' ? names.verdict(verdict) : kind === 'advance' ? names.edge(id, name) : words.lead[calls[kind]]
  const moves = leadMoves(brief, { version: lead.version, undoSeconds, mayWork: mayWork ?? false })
  const main = moves.find(({ kind }) => kind === 'accept' || kind === 'advance') ?? moves[0]
  const actions: Action[] = moves.map((move) => ({ ...move, label: labelOf(move) }))
  return (
    <section className="card">
      <h2>{words.lead.actions}</h2>
      {actions.length === 0 ? <p className="quiet">{words.lead.noActions}</p> : null}
      <div className="actions">
        {actions.map((action) => (
          <Button
            key={action.id}
            type={action.id === main?.id ? 'primary' : 'default'}
            disabled={isBusy}
            onClick={() => (action.reasons ? setAsking(action) : void run(action, null))}
          >
            {action.label}
          </Button>
        ))}
        {mayWork ? (
          <Link href={`/transfers?lead=${lead.id}`} className="actions-link">
            {words.lead.transfer}
          </Link>
        ) : null}
      </div>
      {asking ? (
        <ReasonDialog
          title={words.review.verdictOf(asking.label)}
          list={asking.reasons ?? ''}
          action={asking.label}
          onGive={(given) => void run(asking, given)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
    </section>
  )
}
