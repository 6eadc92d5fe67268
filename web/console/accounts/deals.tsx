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
import { sayAmount } from './say-amount.ts'
import { dealsQuery, type Opportunity } from './shapes.ts'

/** Deals of a company: how far, what is still to be shown, and how they end. */
export function Deals({ accountId }: { accountId: string }) {
  const { accounts: say } = useWords()
  const { data } = useQuery(dealsQuery(accountId))
  const deals = data?.items ?? []
  return (
    <section className="card">
      <h3>{say.deals}</h3>
      {data && deals.length === 0 ? <p className="quiet">{say.noDeals}</p> : null}
      {deals.map((deal) => (
        <Deal key={deal.id} deal={deal} accountId={accountId} />
      ))}
    </section>
  )
}

function Deal({ deal, accountId }: { deal: Opportunity; accountId: string }) {
  const words = useWords()
  const names = useNames()
  const me = useMe()
  const say = words.accounts
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [asking, setAsking] = useState<'lost' | 'override'>()
  const isManager = me?.roles.some((role) => role === 'admin' || role === 'manager') ?? false
  const mayWork = isManager || deal.owner === null || deal.owner.toLowerCase() === me?.userid?.toLowerCase()
  const run = async (path: string, body: unknown) => {
    setAsking(undefined)
    try {
      await call('POST', `/api/opportunities/${deal.id}/${path}`, { body })
      show({ id: 'deal', tone: 'good', text: say.done })
    } catch (error) {
      show({ id: 'deal', tone: 'bad', text: deal.name, hint: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: ['account', accountId] })
  }
  const next = deal.steps.find(({ id }) => id === deal.nextStepId)
  const give = ({ reason, note, at }: GivenReason) =>
    asking === 'lost'
      ? run('lost', { reason, note, until: at })
      : run('advance', { override: [reason, note].filter(Boolean).join('；') })
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
          {deal.missing.length > 0 ? <span className="quiet small">{say.missing(deal.missing.length)}</span> : null}
        </div>
      ) : null}
      {deal.reason ? <p className="quiet">{names.reason(deal.reason)}</p> : null}
      {asking ? (
        <ReasonDialog
          title={words.review.verdictOf(asking === 'lost' ? say.lost : say.overrideWhy)}
          list={asking === 'lost' ? (names.words?.lostReasons ?? '') : ''}
          action={asking === 'lost' ? say.lost : say.override}
          onGive={(given) => void give(given)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
    </article>
  )
}
