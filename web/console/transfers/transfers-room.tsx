import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { leadQuery, useMe } from '../api/queries.ts'
import '../operations/operations.css'
import { useRoomWords } from '../words/room-words.ts'
import { AbsenceDialog, type Absent } from './absence-dialog.tsx'
import { Absences } from './absences.tsx'
import { GiveDialog, type Giving } from './give-dialog.tsx'
import { LeaverDialog } from './leaver-dialog.tsx'
import { Leavers } from './leavers.tsx'
import { Limits } from './limits.tsx'
import { countsQuery } from './queries.ts'
import type { Counts, Leaver, Transfer } from './shapes.ts'
import { TransferList } from './transfer-list.tsx'
import './transfers.css'
import { TakerDialog } from './taker-dialog.tsx'
import { transferWords } from './words.ts'

const givers = ['admin', 'manager', 'sdr', 'sales', 'csm']

/** Customers on their way from one colleague to another: how far each is, what stopped it, and what is left to do. */
export function TransfersRoom() {
  const words = useRoomWords(transferWords)
  const me = useMe()
  const client = useQueryClient()
  const [search, setSearch] = useSearchParams()
  const asked = search.get('lead')
  const { data: counts } = useQuery(countsQuery)
  const [giving, setGiving] = useState<Giving>()
  const [again, setAgain] = useState<Transfer>()
  const [leaver, setLeaver] = useState<Leaver>()
  const [absent, setAbsent] = useState<Absent>()
  const refresh = () => void client.invalidateQueries({ queryKey: ['transfers'] })
  const has = (roles: readonly string[]) => me?.roles.some((role) => roles.includes(role)) ?? false
  const leads = has(['admin', 'manager'])
  const mayGive = has(givers)
  // From a lead's page: the question is asked at once.
  const lead = useQuery({ ...leadQuery(asked ?? ''), enabled: asked !== null && mayGive })
  const given = giving ?? (asked && lead.data ? { lead: lead.data } : undefined)
  const stopGiving = () => {
    setGiving(undefined)
    if (asked) setSearch({}, { replace: true })
  }
  const states: Partial<Counts['states']> = counts?.states ?? {}
  const running = (states.wanted ?? 0) + (states.asked ?? 0)
  return (
    <div className="transfers">
      <title>{`${words.title} · Bowtie`}</title>
      <header className="bar transfers-bar">
        <h1>{words.title}</h1>
        {counts ? (
          <p className="bar-facts">
            <span>{words.running(running)}</span>
            {states.unplaced ? <span className="transfers-alert">{words.unplaced(states.unplaced)}</span> : null}
          </p>
        ) : null}
        <span className="bar-space" />
        {me?.userid ? (
          <Button onClick={() => setAbsent({ userid: me.userid ?? '', isMe: true })}>{words.myLeave}</Button>
        ) : null}
        {mayGive ? (
          <Button type="primary" onClick={() => setGiving({})}>
            {words.start}
          </Button>
        ) : null}
      </header>
      <div className="transfers-columns">
        <div className="transfers-main">
          <p className="sheet-hint">{leads ? words.hintAll : words.hintOwn}</p>
          <TransferList counts={counts} mayLead={leads} mayGive={mayGive} onGive={setGiving} onAgain={setAgain} />
        </div>
        <div className="transfers-side">
          {leads ? <Leavers onGive={setLeaver} /> : null}
          <Absences mayLead={leads} onSay={setAbsent} />
          <Limits counts={counts} />
        </div>
      </div>
      {given ? <GiveDialog giving={given} onClose={stopGiving} onDone={refresh} /> : null}
      {again ? <TakerDialog transfer={again} onClose={() => setAgain(undefined)} onDone={refresh} /> : null}
      {leaver ? <LeaverDialog leaver={leaver} onClose={() => setLeaver(undefined)} onDone={refresh} /> : null}
      {absent ? <AbsenceDialog absent={absent} onClose={() => setAbsent(undefined)} onDone={refresh} /> : null}
    </div>
  )
}
