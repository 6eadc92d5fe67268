import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../api/call.ts'
import { useNames } from '../api/names.ts'
import { refreshLead, useMe } from '../api/queries.ts'
import type { Brief, Lead } from '../api/shapes.ts'
import { type GivenReason, ReasonDialog } from '../pieces/reason-dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'

interface Action {
  id: string
  label: string
  isMain?: boolean
  /** The list a reason must come from. */
  reasons: string | null
  path: string
  body(given: GivenReason | null): Record<string, unknown>
  canUndo?: boolean
}

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
  const actions = actionsOf(brief, lead, {
    undoSeconds,
    mayWork: mayWork ?? false,
    words,
    verdict: names.verdict,
    edge: names.edge,
  })
  return (
    <section className="card">
      <h3>{words.lead.actions}</h3>
      {actions.length === 0 ? <p className="quiet">{words.lead.noActions}</p> : null}
      <div className="actions">
        {actions.map((action) => (
          <Button
            key={action.id}
            type={action.isMain ? 'primary' : 'default'}
            disabled={isBusy}
            onClick={() => (action.reasons ? setAsking(action) : void run(action, null))}
          >
            {action.label}
          </Button>
        ))}
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

function actionsOf(
  { moves, offer }: Brief,
  { version }: Lead,
  around: {
    undoSeconds: number
    mayWork: boolean
    words: ReturnType<typeof useWords>
    verdict(id: string): string
    edge(id: string, name: string): string
  },
): Action[] {
  const { words, undoSeconds, mayWork } = around
  const actions: Action[] = []
  if (offer?.mine) {
    actions.push(
      { id: 'accept', label: words.lead.accept, isMain: true, reasons: null, path: 'accept', body: () => ({}) },
      {
        id: 'decline',
        label: words.lead.decline,
        reasons: 'decline',
        path: 'decline',
        body: (given) => ({ reason: given?.reason }),
      },
    )
  }
  for (const { edge, on, name, to, reasons } of moves) {
    const [verb, verdict] = on.split('.')
    if (verb === 'verdict' && verdict) {
      actions.push({
        id: edge,
        label: around.verdict(verdict),
        isMain: actions.length === 0,
        reasons,
        path: 'verdict',
        body: (given) => ({
          verdict,
          reason: given?.reason,
          note: given?.note,
          remindAt: given?.at,
          version,
          undoSeconds,
        }),
        canUndo: true,
      })
    } else if (verb === 'advance' && mayWork) {
      actions.push({
        id: edge,
        label: around.edge(edge, name),
        isMain: !actions.some(({ isMain }) => isMain),
        reasons,
        path: 'advance',
        body: (given) => ({ to: to.stage, reason: given?.reason, version }),
      })
    } else if (verb === 'return' && mayWork) {
      actions.push({
        id: edge,
        label: words.lead.give,
        reasons,
        path: 'return',
        body: (given) => ({ reason: given?.reason, note: given?.note, until: given?.at, version }),
      })
    }
  }
  return actions
}
