import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Select } from 'antd'
import { Link } from 'wouter'
import { CallFailed, call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import '../leads/lead.css'
import '../leads/leads.css'
import { BackIcon } from '../look/icons.tsx'
import { Stage } from '../pieces/stage.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './accounts.css'
import { Deals } from './deals.tsx'
import { RelationMap } from './relation-map.tsx'
import { type AccountDetail, accountQuery, dealsQuery, type Opportunity } from './shapes.ts'

/** Everything about one company. */
export function AccountPage({ id }: { id: string }) {
  const words = useWords()
  const names = useNames()
  const say = words.accounts
  const { data: account, error, refetch } = useQuery(accountQuery(id))
  const { data: deals } = useQuery(dealsQuery(id))
  if (error instanceof CallFailed && (error.status === 404 || error.status === 403))
    return <Empty title={say.gone} hint={say.goneHint} action={<Link href="/accounts">{say.toAccounts}</Link>} />
  if (error && !account) return <Failure error={error} onRetry={() => void refetch()} />
  if (!account) return <Skeleton rows={8} tall />
  return (
    <article>
      <title>{`${account.name} · Bowtie`}</title>
      <header className="lead-page-top">
        <button
          type="button"
          className="icon-button"
          aria-label={words.back}
          title={words.back}
          onClick={() => window.history.back()}
        >
          <BackIcon />
        </button>
        <div className="account-head">
          <h1 dir="auto">{account.name}</h1>
          {account.stage ? <Stage stage={account.stage} /> : null}
          <b>{words.points(account.score)}</b>
          <span className="quiet">
            {say.people(account.people, account.activePeople)} ·{' '}
            {account.owner ? names.staff(account.owner) : words.nobody}
          </span>
          {account.surgeAt ? <span className="account-surge">{say.surging}</span> : null}
        </div>
      </header>
      <div className="brief">
        <div className="brief-columns">
          <div className="brief-main">
            <section className="card">
              <h2>{say.nextAction}</h2>
              <p>{nextAction(account, deals?.items ?? [], say)}</p>
            </section>
            <Deals of={{ account: id }} />
            <RelationMap accountId={id} />
          </div>
          <aside className="brief-side">
            <section className="card">
              <h2>{say.why}</h2>
              <ul className="lines">
                {account.lines.map(({ text, points }) => (
                  <li key={text}>
                    <span dir="auto">{text}</span>
                    <b>{points > 0 ? `+${points}` : points}</b>
                  </li>
                ))}
              </ul>
            </section>
            <Members account={account} />
            <section className="card">
              <h2>{say.known}</h2>
              <p className="quiet">{account.knownAs.map(({ key }) => key).join(words.events.comma)}</p>
            </section>
          </aside>
        </div>
      </div>
    </article>
  )
}

function nextAction(
  account: AccountDetail,
  deals: readonly Opportunity[],
  say: ReturnType<typeof useWords>['accounts'],
): string {
  if (account.surgeAt) return say.next.surge
  const deal = deals.find(({ state, missing }) => state === 'open' && missing.length > 0)
  const item = deal?.steps.flatMap(({ checklist }) => checklist).find(({ id }) => id === deal.missing[0])
  if (item) return say.next.gate(item.name)
  return account.members.some(({ role }) => role !== null) ? say.next.calm : say.next.role
}

/** The people, the best first, each with his part in the decision. */
function Members({ account }: { account: AccountDetail }) {
  const words = useWords()
  const names = useNames()
  const say = words.accounts
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const roles = names.words?.accountRoles ?? []
  const setRole = async (leadId: string, role: string | null) => {
    try {
      await call('PUT', `/api/leads/${leadId}/role`, { body: { role } })
      show({ id: 'role', tone: 'good', text: say.done })
    } catch (error) {
      show({ id: 'role', tone: 'bad', text: say.members, hint: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: ['account', account.id] })
  }
  return (
    <section className="card">
      <h2>{say.members}</h2>
      <ul className="account-members">
        {account.members.map((member) => {
          const suggested = roles.find(({ id }) => id === member.suggestedRole)?.name
          return (
            <li key={member.leadId}>
              <div className="account-member">
                {member.withinReach ? (
                  <Link href={`/leads/${member.leadId}`} dir="auto">
                    {names.lead(member)}
                  </Link>
                ) : (
                  <span dir="auto">{names.lead(member)}</span>
                )}
                <span className="quiet small" dir="auto">
                  {[
                    member.title ?? words.unknownTitle,
                    member.owner && names.staff(member.owner),
                    member.activeOn && say.activeOn(member.activeOn),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </div>
              <Select
                size="small"
                className="account-role"
                value={member.role?.id ?? null}
                disabled={!member.withinReach}
                allowClear
                aria-label={say.role(names.lead(member))}
                placeholder={suggested ? say.suggested(suggested) : say.noRole}
                options={roles.map(({ id, name }) => ({ value: id, label: name }))}
                onChange={(role: string | null | undefined) => void setRole(member.leadId, role ?? null)}
              />
            </li>
          )
        })}
      </ul>
      {account.more > 0 ? <p className="quiet small">{say.moreMembers(account.more)}</p> : null}
    </section>
  )
}
