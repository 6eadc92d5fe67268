import { useNow } from '../../shared/now.ts'
import { exactTime, saySpan } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import type { Brief, Lead } from '../api/shapes.ts'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'

/** To whom it would go now, by which rule, and how much he has. */
export function Routing({ brief: { routing } }: { brief: Brief }) {
  const words = useWords()
  const names = useNames()
  if (!routing) return null
  return (
    <section className="card">
      <h2>{words.review.routing}</h2>
      {routing.userid ? (
        <>
          <p>
            <b>→ {names.staff(routing.userid)}</b>
            {routing.load ? (
              <span className="quiet"> {words.review.load(routing.load.open, routing.load.capacity)}</span>
            ) : null}
          </p>
          <p className="quiet small">
            {words.byRule(names.ruleNamed(routing.rule))} · {routing.note}
          </p>
        </>
      ) : (
        <p>{words.review.noRep}</p>
      )}
    </section>
  )
}

/** What became of the last offer, and what time is left. */
export function Offer({ brief: { offer, verdict } }: { brief: Brief }) {
  const words = useWords()
  const names = useNames()
  const now = useNow(1000)
  const heldFor = verdict?.state === 'held' && verdict.holdsUntil ? Date.parse(verdict.holdsUntil) - now : 0
  if (!offer && heldFor <= 0) return null
  const who = offer ? names.staff(offer.userid) : ''
  const contactLeft = offer?.firstContactDue && !offer.firstContactAt ? Date.parse(offer.firstContactDue) - now : null
  return (
    <section className="card">
      <h2>{words.lead.offer}</h2>
      {heldFor > 0 ? <p>{words.lead.held(saySpan(heldFor, words))}</p> : null}
      {offer ? (
        <>
          <p>{offer.state === 'open' ? words.lead.offered(who) : words.lead.accepted(who)}</p>
          <p className="quiet small">
            {words.byRule(names.ruleNamed(offer.rule))} · <When at={offer.answeredAt ?? offer.offeredAt} />
          </p>
          {offer.state === 'open' ? (
            <p className={Date.parse(offer.dueAt) < now ? 'sla-late' : 'quiet'} title={exactTime(offer.dueAt, words)}>
              {Date.parse(offer.dueAt) > now
                ? words.review.left(saySpan(Date.parse(offer.dueAt) - now, words))
                : words.review.over(saySpan(now - Date.parse(offer.dueAt), words))}
            </p>
          ) : null}
          {contactLeft !== null && offer.firstContactDue ? (
            <p className={contactLeft < 0 ? 'sla-late' : 'quiet'} title={exactTime(offer.firstContactDue, words)}>
              {contactLeft > 0
                ? words.lead.firstContact(saySpan(contactLeft, words))
                : words.lead.firstContactLate(saySpan(-contactLeft, words))}
            </p>
          ) : null}
        </>
      ) : null}
    </section>
  )
}

/** Which of us knows this person, and when he last wrote. */
export function Conversation({ brief: { follows, conversations } }: { brief: Brief }) {
  const words = useWords()
  const names = useNames()
  return (
    <section className="card">
      <h2>{words.lead.conversation}</h2>
      {follows.length === 0 ? <p className="quiet">{words.lead.noFriends}</p> : null}
      <ul className="lines">
        {follows.map(({ userid, state, startedAt, endedAt }) => (
          <li key={userid}>
            <span>
              <b>{names.staff(userid)}</b> {words.lead.followStates[state] ?? state}
            </span>
            <When at={endedAt ?? startedAt} className="quiet small" />
          </li>
        ))}
        {conversations.map(({ account, heardAt, servicer }) => (
          <li key={account}>
            <span>
              {words.lead.heard(account)}
              {servicer ? ` · ${names.staff(servicer)}` : ''}
            </span>
            {heardAt ? <When at={heardAt} className="quiet small" /> : null}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** By what we know it is the same person; mobiles and e-mails stay masked. */
export function Identities({ lead }: { lead: Lead }) {
  const words = useWords()
  const profile = [
    [words.lead.industry, lead.industry],
    [words.lead.region, lead.region],
    [words.lead.size, lead.size],
  ] as const
  return (
    <section className="card">
      <h2>{words.lead.profile}</h2>
      <dl className="pairs">
        {profile.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd dir="auto">{value ?? <span className="quiet">—</span>}</dd>
          </div>
        ))}
        {lead.identities.map(({ kind, value }) => (
          <div key={kind + value}>
            <dt>{words.lead.identityKinds[kind] ?? kind}</dt>
            <dd className="one-line" title={value}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
