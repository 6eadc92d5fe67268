import { useQueryClient } from '@tanstack/react-query'
import { Switch } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { refreshLead } from '../api/queries.ts'
import type { Brief, Lead } from '../api/shapes.ts'
import { useReason } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'

/** Whether this person may be written to about what we sell, and who said so. */
export function Consent({ lead, brief }: { lead: Lead; brief: Brief }) {
  const words = useWords()
  const names = useNames()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [isBusy, setBusy] = useState(false)
  const last = brief.consents[0]
  const set = async (granted: boolean) => {
    setBusy(true)
    try {
      await call('POST', `/api/leads/${lead.id}/consent`, {
        body: { purpose: 'marketing', granted, source: words.lead.consentSource },
      })
      show({ id: 'consent', tone: 'good', text: words.lead.consentSaved(granted) })
    } catch (error) {
      show({ id: 'consent', tone: 'bad', text: reasonOf(error) })
    }
    await refreshLead(client, lead.id)
    setBusy(false)
  }
  return (
    <section className="card">
      <div className="consent">
        <div>
          <h2>{words.lead.consent}</h2>
          <p>{words.lead.consentStates[lead.marketing]}</p>
        </div>
        <Switch
          aria-label={words.lead.consent}
          checked={lead.marketing !== 'denied'}
          loading={isBusy}
          onChange={(granted) => void set(granted)}
        />
      </div>
      {last ? (
        <p className="quiet small" dir="auto">
          {names.actor(last.by)} · {last.source} · <When at={last.at} />
        </p>
      ) : null}
      {brief.consents.length > 1 ? (
        <details className="consent-story">
          <summary>{words.work.consents(brief.consents.length)}</summary>
          <ul className="lines small">
            {brief.consents.map(({ granted, source, by, at }) => (
              <li key={at}>
                <span dir="auto">
                  <b>{words.work.consentOf(granted)}</b> {names.actor(by)} · {source}
                </span>
                <When at={at} className="quiet" />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  )
}
