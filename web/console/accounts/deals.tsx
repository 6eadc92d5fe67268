import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { useMe } from '../api/queries.ts'
import { type GivenReason, ReasonDialog } from '../pieces/reason-dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './accounts.css'
import { DealDialog } from './deal-dialog.tsx'
import { sayAmount } from './say-amount.ts'
import { dealsQuery, leadDealsQuery, type Opportunity } from './shapes.ts'

/** Whose deals: all of a company, or those somebody takes part in. */
export type DealsOf = { account: string } | { lead: string }

/** Deals: how far, what is still to be shown, and how they end. */
export function Deals({ of }: { of: DealsOf }) {
  const { accounts: say } = useWords()
  const { data } = useQuery('account' in of ? dealsQuery(of.account) : leadDealsQuery(of.lead))
  const deals = data?.items ?? []
  if ('lead' in of && deals.length === 0) return null
  return (
    <section className="card">
      <h2>{say.deals}</h2>
      {data && deals.length === 0 ? <p className="quiet">{say.noDeals}</p> : null}
      {deals.map((deal) => (
        <Deal key={deal.id} deal={deal} of={of} />
      ))}
    </section>
  )
}

function Deal({ deal, of }: { deal: Opportunity; of: DealsOf }) {
  const words = useWords()
  const names = useNames()
  const me = useMe()
  const say = words.accounts
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [asking, setAsking] = useState<'lost' | 'override' | 'reopen' | 'edit'>()
  const isManager = me?.roles.some((role) => role === 'admin' || role === 'manager') ?? false
  const mayWork = isManager || deal.owner === null || deal.owner.toLowerCase() === me?.userid?.toLowerCase()
  const run = async (path: string, body: unknown, method: 'POST' | 'PUT' = 'POST') => {
    setAsking(undefined)
    try {
      await call(method, `/api/opportunities/${deal.id}${path && `/${path}`}`, { body })
      show({ id: 'deal', tone: 'good', text: say.done })
    } catch (error) {
      show({ id: 'deal', tone: 'bad', text: deal.name, hint: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: 'account' in of ? ['account', of.account] : ['lead', of.lead] })
  }
  const next = deal.steps.find(({ id }) => id === deal.nextStepId)
  const give = ({ reason, note, at }: GivenReason) => {
    const words = [reason, note].filter(Boolean).join('；')
    if (asking === 'lost') return run('lost', { reason, note, until: at })
    return asking === 'reopen' ? run('reopen', { reason: words }) : run('advance', { override: words })
  }
  const asked = {
    lost: { title: say.lost, list: names.words?.lostReasons ?? '', action: say.lost },
    override: { title: say.overrideWhy, list: '', action: say.override },
    reopen: { title: words.work.deal.reopenWhy, list: '', action: words.work.deal.reopen },
  }
  return (
    <article className="deal" aria-label={deal.name}>
      <header className="deal-head">
        <b dir="auto">{deal.name}</b>
        <span className={`deal-state deal-${deal.state}`}>{say.states[deal.state]}</span>
        <span className="money">{deal.amount === null ? say.noAmount : sayAmount(deal.amount, words)}</span>
        {deal.expectedClose ? <span className="quiet">{say.close(deal.expectedClose)}</span> : null}
        {deal.isStale ? <span className="sla-late">{say.stale}</span> : null}
      </header>
      <p className="quiet small">
        {[deal.owner ? names.staff(deal.owner) : words.nobody, ...deal.competitors].join(' · ')}
        {deal.nextStep ? ` · ${deal.nextStep}` : ''}
      </p>
      <ol className="deal-steps">
        {deal.steps.map((step) => (
          <li key={step.id} className={`deal-step deal-step-${step.state}`} title={step.goal}>
            <span className="deal-step-name">{step.name}</span>
            {step.state === 'now' && deal.state === 'open' ? (
              <ul className="deal-items">
                {step.checklist.map((item) => (
                  <li key={item.id}>
                    <Checkbox
                      checked={item.ticked !== null}
                      disabled={!mayWork}
                      onChange={({ target }) => void run('tick', { item: item.id, done: target.checked })}
                    >
                      {item.name}
                      {item.required ? <span className="quiet small"> {say.required}</span> : null}
                    </Checkbox>
                    {item.ticked ? <span className="quiet small">{names.actor(item.ticked.by)}</span> : null}
                  </li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
      </ol>
      {deal.state === 'open' && mayWork ? (
        <div className="actions">
          {next ? (
            <Button type="primary" disabled={deal.missing.length > 0} onClick={() => void run('advance', {})}>
              {say.advance(next.name)}
            </Button>
          ) : (
            <Button type="primary" disabled={deal.missing.length > 0} onClick={() => void run('won', {})}>
              {say.won}
            </Button>
          )}
          {next && isManager && deal.missing.length > 0 ? (
            <Button onClick={() => setAsking('override')}>{say.override}</Button>
          ) : null}
          <Button onClick={() => setAsking('lost')}>{say.lost}</Button>
          <Button type="text" onClick={() => setAsking('edit')}>
            {words.work.deal.edit}
          </Button>
          {deal.missing.length > 0 ? <span className="quiet small">{say.missing(deal.missing.length)}</span> : null}
        </div>
      ) : null}
      {deal.reason ? <p className="quiet">{names.reason(deal.reason)}</p> : null}
      {deal.state !== 'open' && mayWork ? (
        <Button size="small" onClick={() => setAsking('reopen')}>
          {words.work.deal.reopen}
        </Button>
      ) : null}
      {asking === 'edit' ? (
        <DealDialog deal={deal} onSave={(body) => void run('', body, 'PUT')} onClose={() => setAsking(undefined)} />
      ) : asking ? (
        <ReasonDialog
          title={words.review.verdictOf(asked[asking].title)}
          list={asked[asking].list}
          action={asked[asking].action}
          onGive={(given) => void give(given)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
    </article>
  )
}
