import { keepSignals } from '../codes/signals.ts'
import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { keepContacts } from '../leads/contact.ts'
import { noteEvents } from '../leads/note.ts'
import { type Opened, openLeads } from '../leads/open.ts'
import { putTags, takeTags } from '../leads/tags.ts'
import { kfSendFailed } from '../messages/kf-failed.ts'
import { endFollows, markStale, startFollows } from '../mirror/follows.ts'
import { markGroups } from '../mirror/groups.ts'
import { askPull, heardFrom, kfAccountsChanged, kfSessionChanged, servicersChanged } from '../mirror/kf.ts'
import { staffChanged } from '../mirror/staff.ts'
import { markTagDefinitions } from '../mirror/tag-definitions.ts'
import { considerReview } from '../review/consider.ts'
import { transfersTold } from '../transfers/follow.ts'
import type { Wanted } from './dispatch.ts'
import type { Fact, Intent, LeadRef } from './intents.ts'

/** Leads of a batch by the identity the event named. */
export interface Touched {
  /** @throws Error when the batch never spoke of this person; that is a bug of ours */
  leadOf(ref: LeadRef): string
  opened(ref: LeadRef): Opened | undefined
}

interface Said<Verb extends Fact['verb']> {
  fact: Extract<Fact, { verb: Verb }>
  at: Date
  /** Makes every effect of this intent happen once, however often its row is handled. */
  key: string
}

const nameOf = (ref: LeadRef): string => ref.identities.map(({ kind, value }) => `${kind}\0${value}`).join('\0\0')

/** Applies the facts of a batch, grouped by kind, each kind set-based, all in one transaction. */
export async function applyFacts(house: House, wanted: readonly Wanted[]): Promise<Touched> {
  const all = wanted.flatMap(({ row, happenedAt, intents }) =>
    intents.map((intent, index) => ({ fact: intent, at: happenedAt, key: `inbox:${row.id}:${index}` })),
  )
  const said = <Verb extends Fact['verb']>(verb: Verb): Said<Verb>[] =>
    all.filter(({ fact }) => fact.verb === verb) as Said<Verb>[]
  const opened = new Map<string, Opened>()
  const touched: Touched = {
    opened: (ref) => opened.get(nameOf(ref)),
    leadOf(ref) {
      const found = opened.get(nameOf(ref))
      if (!found) throw new Error('an intent names a person the batch did not open')
      return found.leadId
    },
  }
  const refs = all.flatMap(({ fact, at }) => ('lead' in fact && fact.lead ? [{ lead: fact.lead as LeadRef, at }] : []))
  if (all.length === 0) return touched
  await house.db.transaction(async (tx) => {
    await openAll(tx, house, said('leads.open'), refs, opened)
    for (const wave of wavesOf(all)) {
      const of = <Verb extends Fact['verb']>(verb: Verb) =>
        wave.filter(({ fact }) => fact.verb === verb) as Said<Verb>[]
      await startFollows(
        tx,
        house,
        of('follows.start').map(({ fact, at }) => ({
          leadId: touched.leadOf(fact.lead),
          externalUserId: externalOf(fact.lead),
          userid: fact.userid,
          half: fact.half,
          state: fact.state,
          at,
        })),
      )
      await endFollows(
        tx,
        house,
        of('follows.end').map(({ fact, at }) => ({
          externalUserId: fact.externalUserId,
          userid: fact.userid,
          how: fact.how,
          at,
        })),
      )
    }
    // A relation that began just now is marked by its beginning.
    const begun = new Set(said('follows.start').map(({ fact }) => `${externalOf(fact.lead)}\0${fact.userid}`))
    await markStale(
      tx,
      house,
      said('follows.stale').flatMap(({ fact: { externalUserId, userid } }) =>
        begun.has(`${externalUserId}\0${userid}`) ? [] : [{ externalUserId, userid }],
      ),
    )
    if (said('tags.definitions').length > 0) await markTagDefinitions(tx, house)
    await markGroups(
      tx,
      house,
      said('groups.changed').map(({ fact, at }) => ({ chatId: fact.chatId, dismissed: fact.dismissed, at })),
    )
    await askPull(
      tx,
      house,
      said('kf.pull').map(({ fact }) => ({ openKfId: fact.openKfId, token: fact.token })),
    )
    await kfAccountsChanged(
      tx,
      house,
      said('kf.accounts').map(({ fact }) => fact),
    )
    await heardFrom(
      tx,
      house,
      said('kf.heard').map(({ fact, at, key }) => ({
        key,
        openKfId: fact.openKfId,
        externalUserId: externalOf(fact.lead),
        leadId: touched.leadOf(fact.lead),
        servicer: fact.servicer,
        at,
      })),
    )
    await kfSessionChanged(
      tx,
      house,
      said('kf.session').map(({ fact, at }) => ({
        openKfId: fact.openKfId,
        externalUserId: externalOf(fact.lead),
        leadId: touched.leadOf(fact.lead),
        state: fact.state,
        servicer: fact.servicer,
        at,
      })),
    )
    await servicersChanged(
      tx,
      said('kf.servicer').map(({ fact: { openKfId, userid, receiving }, at }) => ({ openKfId, userid, receiving, at })),
    )
    for (const { fact } of said('kf.failed')) await kfSendFailed(tx, house, fact.messageId, fact.failType)
    await staffChanged(
      tx,
      house,
      said('staff.scope').map(({ fact }) => ({ userid: fact.userid, inScope: fact.inScope })),
    )
    await keepSignals(
      tx,
      house,
      said('codes.signal').map(({ fact: { linkId, what }, at, key }) => ({ linkId, what, at, key })),
    )
    await transfersTold(tx, house, [
      ...said('transfers.failed').map(({ fact, at }) => ({
        externalUserId: fact.externalUserId,
        userid: fact.takeover,
        how: fact.reason === 'customer_refused' ? ('refused' as const) : ('full' as const),
        at,
      })),
      ...said('follows.end')
        .filter(({ fact }) => fact.how === 'transferred')
        .map(({ fact, at }) => ({
          externalUserId: fact.externalUserId,
          userid: fact.userid,
          how: 'moved' as const,
          at,
        })),
    ])
    await putTags(
      tx,
      house,
      said('tags.put').map(({ fact }) => ({
        leadId: touched.leadOf(fact.lead),
        group: fact.group,
        name: fact.name,
        by: `rule:${fact.rule}`,
        rule: fact.rule,
      })),
    )
    await takeTags(
      tx,
      house,
      said('tags.take').map(({ fact }) => ({
        leadId: touched.leadOf(fact.lead),
        group: fact.group,
        name: fact.name,
        by: `rule:${fact.rule}`,
        rule: fact.rule,
      })),
    )
    const contacts = [...said('leads.contacted'), ...said('follows.start').filter(({ fact }) => !fact.half)]
    await keepContacts(
      tx,
      house,
      contacts.map(({ fact, at }) => ({ leadId: touched.leadOf(fact.lead), userid: fact.userid, at })),
    )
    const noted = await noteEvents(
      tx,
      house,
      said('leads.note').map(({ fact, at, key }) => ({
        leadId: touched.leadOf(fact.lead),
        type: fact.type,
        at,
        data: fact.data,
        key,
      })),
    )
    await considerReview(tx, house, [
      ...noted.map(({ leadId }) => leadId),
      ...said('leads.open').map(({ fact }) => touched.leadOf(fact.lead)),
    ])
  })
  return touched
}

/**
 * Beginnings and ends of relations in runs that may be applied beginnings first: one relation that ended and began again in
 * one batch, perhaps in one instant, goes through each step in the order of the events.
 */
function wavesOf(all: readonly { fact: Intent; at: Date; key: string }[]): { fact: Intent; at: Date }[][] {
  const waves: { fact: Intent; at: Date }[][] = []
  let ended = new Set<string>()
  let wave: { fact: Intent; at: Date }[] = []
  for (const one of all) {
    const { fact } = one
    if (fact.verb === 'follows.end') ended.add(`${fact.externalUserId}\0${fact.userid.toLowerCase()}`)
    else if (fact.verb !== 'follows.start') continue
    else if (ended.has(`${externalOf(fact.lead)}\0${fact.userid.toLowerCase()}`)) {
      waves.push(wave)
      wave = []
      ended = new Set()
    }
    wave.push(one)
  }
  return [...waves, wave]
}

const externalOf = (ref: LeadRef): string => ref.identities.find(({ kind }) => kind === 'externalUserId')?.value ?? ''

async function openAll(
  tx: Transaction,
  house: House,
  opens: readonly Said<'leads.open'>[],
  refs: readonly { lead: LeadRef; at: Date }[],
  opened: Map<string, Opened>,
): Promise<void> {
  const touching = new Set(opens.map(({ fact }) => nameOf(fact.lead)))
  // People an event only speaks of are found too, or opened without a touch: an edit may come before its add.
  const spoken = [
    ...new Map(refs.filter(({ lead }) => !touching.has(nameOf(lead))).map((ref) => [nameOf(ref.lead), ref])).values(),
  ]
  const answers = await openLeads(tx, house, [
    ...opens.map(({ fact, at, key }) => ({
      identities: fact.lead.identities,
      source: {
        kind: fact.source.kind ?? (fact.source.state ? 'live_code' : 'wecom'),
        channel: fact.source.channel ?? null,
        campaign: fact.source.campaign ?? null,
        state: fact.source.state ?? null,
        userid: fact.userid ?? null,
      },
      at,
      by: 'wecom',
      key,
    })),
    ...spoken.map(({ lead, at }) => ({
      identities: lead.identities,
      source: null,
      at,
      by: 'wecom',
      key: nameOf(lead),
    })),
  ])
  answers.forEach((answer, index) => {
    const ref = index < opens.length ? opens[index]?.fact.lead : spoken[index - opens.length]?.lead
    if (!ref) return
    const before = opened.get(nameOf(ref))
    // Two adds of one person in a batch: the code of either counts, and a merge between them moved both.
    opened.set(nameOf(ref), {
      ...answer,
      created: before?.created ?? answer.created,
      code: answer.code ?? before?.code ?? null,
    })
  })
}
