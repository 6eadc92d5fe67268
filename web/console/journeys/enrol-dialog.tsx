import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import type { z } from 'zod'
import type { EnrolReportSchema } from '../../../src/http/api/journeys.schema.ts'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { type ChosenLead, LeadChoice } from './lead-choice.tsx'
import { Faults } from './step-form.tsx'
import type { Talk } from './talk.ts'

type Report = z.infer<typeof EnrolReportSchema>

/** Puts some people into a journey by hand, and says of each who was not taken in why. */
export function EnrolDialog({ id, name, talk, onClose }: { id: string; name: string; talk: Talk; onClose(): void }) {
  const { words, general } = talk
  const client = useQueryClient()
  const reasonOf = useReason()
  const [leads, setLeads] = useState<ChosenLead[]>([])
  const [report, setReport] = useState<Report | null>(null)
  const [fault, setFault] = useState('')
  const [isDoing, setDoing] = useState(false)
  const go = async () => {
    setDoing(true)
    setFault('')
    try {
      const leadIds = leads.map(({ value }) => value)
      const done = await call<Report>('POST', `/api/journeys/${id}/enrol`, { body: { leadIds } })
      await client.invalidateQueries({ queryKey: ['journeys'] })
      if (done.refused.length === 0) onClose()
      else setReport(done)
    } catch (error) {
      setFault(reasonOf(error))
    }
    setDoing(false)
  }
  const nameOf = (leadId: string) => leads.find(({ value }) => value === leadId)?.label ?? leadId
  return (
    <Dialog
      title={words.enrolInto(name)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{report ? general.close : general.cancel}</Button>
          {report ? null : (
            <Button type="primary" loading={isDoing} disabled={leads.length === 0} onClick={() => void go()}>
              {words.enrolThem(leads.length)}
            </Button>
          )}
        </>
      }
    >
      {report ? (
        <>
          <p>{words.enrolled(report.accepted, report.refused.length)}</p>
          <ul className="outcomes">
            {report.refused.map(({ leadId, message }) => (
              <li key={leadId}>
                <span dir="auto">{nameOf(leadId)}</span>
                <span className="quiet">{message}</span>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <LeadChoice label={words.dry.leads} value={leads} onChange={setLeads} />
      )}
      <Faults faults={fault ? [fault] : []} />
    </Dialog>
  )
}
