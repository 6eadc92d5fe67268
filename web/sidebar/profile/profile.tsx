import { useQuery } from '@tanstack/react-query'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { Section } from '../act/section.tsx'
import { type Contact, meQuery, wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import { HandOverBrief } from './hand-over-brief.tsx'
import { Remark } from './remark.tsx'
import './profile.css'

/** What we know of him, how he came here, and who moved him why. */
export function Profile({ contact: { lead, brief }, onChange }: { contact: Contact; onChange(): Promise<void> }) {
  const { data: me } = useQuery(meQuery)
  const isMine = brief.follows.some(
    ({ userid, state }) => state === 'full' && userid.toLowerCase() === me?.userid?.toLowerCase(),
  )
  const words = useWords()
  const now = useNow()
  const { data: names } = useQuery(wordsQuery)
  const nameOf = (userid: string) => names?.staff.find((one) => one.userid === userid)?.name || userid
  const reasonOf = (id: string) =>
    Object.values(names?.reasons ?? {})
      .flatMap(({ options }) => options)
      .find((option) => option.id === id)?.name ?? id
  const source = lead.source.first
  const facts: [string, string | null][] = [
    [words.profile.company, lead.company],
    [words.profile.title, lead.title],
    [words.profile.industry, lead.industry],
    [words.profile.region, lead.region],
    [words.profile.size, lead.size && (/^\d+$/.test(lead.size) ? words.profile.people(lead.size) : lead.size)],
    [
      words.profile.source,
      source &&
        [source.channel ?? words.profile.sources[source.kind] ?? source.kind, source.campaign]
          .filter(Boolean)
          .join(' · '),
    ],
    [
      words.profile.friends,
      brief.follows
        .filter(({ state }) => state === 'full')
        .map(({ userid }) => nameOf(userid))
        .join('、'),
    ],
  ]
  return (
    <>
      <HandOverBrief leadId={lead.id} />
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd className={value ? undefined : 'quiet'}>{value || words.profile.unknown}</dd>
          </div>
        ))}
      </dl>
      {isMine ? (
        <Section title={words.remark.title}>
          <Remark leadId={lead.id} onDone={onChange} />
        </Section>
      ) : null}
      <h2>{words.profile.path}</h2>
      <ol className="path">
        {brief.path.map(({ seq, name, to, at, actor, reason, words: said }) => (
          <li key={seq}>
            <b>{name}</b>
            <small>
              {to.stage} · {sayWhen(at, now, words)} · {nameOf(actor)}
            </small>
            {reason || said ? <p>{[reason && reasonOf(reason), said].filter(Boolean).join('：')}</p> : null}
          </li>
        ))}
      </ol>
      <a className="button" href={`/console/leads/${lead.id}`} target="_blank" rel="noopener">
        {words.profile.openLead}
      </a>
    </>
  )
}
