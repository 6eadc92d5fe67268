import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { blockByName } from '../leads/block.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { type LeadFields, openLeads } from '../leads/open.ts'
import { considerReview } from '../review/consider.ts'
import type { ExternalContact, FollowUser } from '../wecom/contacts.ts'
import type { FollowState } from './follow-states.ts'
import { endFollows, startFollows } from './follows.ts'
import { applyHandTags, type HandTags } from './hand-tags.ts'
import { askReconcile } from './missed.ts'

/** A person and everybody who follows him, as WeCom tells. */
export interface Contact {
  external_contact: ExternalContact
  follow_user: readonly FollowUser[]
}

/** A relation as it stood when the fetch was decided. */
export interface SeenRelation {
  userid: string
  marks: number
  markingUntil: Date | null
}

export interface ClaimedPerson {
  externalUserId: string
  /** What `stale_since` was set to; another value later means that he was marked again. */
  claimed: Date
  at: Date
  relations: SeenRelation[]
}

interface HeldRelation {
  userid: string
  state: FollowState
  startedAt: Date
  endedAt: Date | null
  staleSince: Date | null
  marks: number
  markingUntil: Date | null
  tagsKnown: boolean
  inScope: boolean
}

/** Before this long WeCom's customer APIs may not know a new relation, or still show one that ended. */
const settlingMs = 60_000
const lookAgainMs = 5_000

/**
 * Writes down what WeCom said of a person: who he is, who follows him, and what was changed by hand. Relations that were
 * marked again, or whose tags we changed ourselves meanwhile, are left for the next look.
 */
export async function applyProfile(
  house: House,
  person: ClaimedPerson,
  contact: Contact | 'gone' | 'hidden',
): Promise<void> {
  const { externalUserId, claimed } = person
  const followers = typeof contact === 'string' ? [] : contact.follow_user
  await house.db.transaction(async (tx) => {
    const leadId = await leadOf(tx, externalUserId)
    if (leadId === undefined) return
    // The lead is locked before its relations, as everybody does who moves leads.
    let lead = await lockLead(tx, leadId)
    const rows = await lockRelations(tx, externalUserId)
    const shown = new Map(followers.map((follower) => [follower.userid.toLowerCase(), follower]))
    const seen = new Map(person.relations.map((relation) => [relation.userid, relation]))
    const hand: HandTags[] = []
    for (const row of rows) {
      const before = seen.get(row.userid)
      if (!before || row.staleSince?.getTime() !== claimed.getTime()) continue
      const follower = shown.get(row.userid.toLowerCase())
      const again = follower
        ? await keepShown(tx, house, lead, externalUserId, row, follower)
        : await keepAbsent(tx, house, externalUserId, row, contact === 'hidden')
      let lookAt = again ? new Date(house.clock.now().getTime() + lookAgainMs) : null
      if (follower && !again) {
        if (tagsAreSteady(before, row, person.at))
          hand.push({ userid: row.userid, externalUserId, known: row.tagsKnown, tags: follower.tags })
        else lookAt = house.clock.now()
      }
      await tx.query(
        'UPDATE follows SET stale_since = $4 WHERE external_userid = $1 AND userid = $2 AND stale_since = $3',
        [externalUserId, row.userid, claimed, lookAt],
      )
    }
    if (typeof contact !== 'string') lead = await keepPerson(tx, house, lead, contact)
    await applyHandTags(tx, house, lead, hand, person.at)
    await tellUnknown(tx, house, rows, followers)
  })
}

async function leadOf(tx: Transaction, externalUserId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ leadId: string }>(
    `SELECT lead_id AS "leadId" FROM identities WHERE kind = 'externalUserId' AND key = $1
     UNION ALL SELECT lead_id FROM follows WHERE external_userid = $1 LIMIT 1`,
    [externalUserId],
  )
  return row?.leadId
}

async function lockRelations(tx: Transaction, externalUserId: string): Promise<HeldRelation[]> {
  return tx.query<HeldRelation>(
    `SELECT f.userid, f.state, f.started_at AS "startedAt", f.ended_at AS "endedAt", f.stale_since AS "staleSince", f.marks,
       f.marking_until AS "markingUntil", f.tags_known AS "tagsKnown", coalesce(s.in_scope, true) AS "inScope"
     FROM follows f LEFT JOIN staff s ON s.userid = f.userid WHERE f.external_userid = $1 ORDER BY f.userid FOR UPDATE OF f`,
    [externalUserId],
  )
}

/** Tags read while we were changing them say nothing about what people did. */
const tagsAreSteady = (before: SeenRelation, now: HeldRelation, at: Date): boolean =>
  before.marks === now.marks && (before.markingUntil === null || before.markingUntil < at)

/** A relation WeCom shows. @returns true when it has to be looked at again before anything is concluded */
async function keepShown(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  externalUserId: string,
  row: HeldRelation,
  follower: FollowUser,
): Promise<boolean> {
  const startedAt = beganAt(follower, row.startedAt)
  const ended = row.state === 'deleted_by_us' || row.state === 'deleted_by_customer'
  if (row.state === 'deleted_by_us' && isSettling(house, row.endedAt)) return true
  // A customer who deleted the member is still shown; only a relation begun since then is a new one.
  const back = ended && (row.state === 'deleted_by_us' || startedAt > (row.endedAt ?? startedAt))
  if (back || row.state === 'half' || row.state === 'out_of_scope')
    await startFollows(tx, house, [
      {
        leadId: lead.id,
        userid: row.userid,
        externalUserId,
        half: false,
        state: follower.state || undefined,
        at: back ? laterOf(startedAt, row.endedAt) : startedAt,
      },
    ])
  await tx.query(
    'UPDATE follows SET remark = $3, add_way = $4, way_state = coalesce($5, way_state) WHERE external_userid = $1 AND userid = $2',
    [externalUserId, row.userid, follower.remark || null, follower.add_way ?? null, follower.state || null],
  )
  // It was marked anew, so its tags are read at the next look.
  return back
}

/** A relation WeCom does not show. @returns true when it has to be looked at again */
async function keepAbsent(
  tx: Transaction,
  house: House,
  externalUserId: string,
  row: HeldRelation,
  hidden: boolean,
): Promise<boolean> {
  if (row.state !== 'full' && row.state !== 'deleted_by_customer') return false
  if (isSettling(house, row.startedAt)) return true
  if (hidden || !row.inScope) {
    await tx.query(
      "UPDATE follows SET state = 'out_of_scope', wish_at = NULL WHERE external_userid = $1 AND userid = $2",
      [externalUserId, row.userid],
    )
  } else
    await endFollows(tx, house, [
      { userid: row.userid, externalUserId, how: 'deleted_by_us', at: laterOf(house.clock.now(), row.startedAt) },
    ])
  return false
}

const isSettling = (house: House, at: Date | null): boolean =>
  at !== null && house.clock.now().getTime() - at.getTime() < settlingMs

const beganAt = (follower: FollowUser, otherwise: Date): Date =>
  follower.createtime ? new Date(follower.createtime * 1000) : otherwise

const laterOf = (a: Date, b: Date | null): Date => (b && b > a ? b : a)

/** What WeCom knows of the person fills what we do not know; identities of somebody else only file a suggestion. */
async function keepPerson(tx: Transaction, house: House, lead: LeadRow, contact: Contact): Promise<LeadRow> {
  const { external_contact: who, follow_user: followers } = contact
  const mobiles = new Set(followers.flatMap((follower) => follower.remark_mobiles))
  const fields: LeadFields = {
    name: who.name || undefined,
    company:
      followers.find((follower) => follower.remark_corp_name)?.remark_corp_name ||
      who.corp_full_name ||
      who.corp_name ||
      undefined,
    title: who.position || undefined,
  }
  const [opened] = await openLeads(tx, house, [
    {
      identities: [
        { kind: 'externalUserId', value: who.external_userid },
        ...(who.unionid ? [{ kind: 'unionid' as const, value: who.unionid }] : []),
        ...[...mobiles].map((value) => ({ kind: 'mobile' as const, value })),
      ],
      fields,
      source: null,
      at: house.clock.now(),
      by: 'wecom',
      key: `profile:${who.external_userid}`,
      leadId: lead.id,
    },
  ])
  const known = await lockLead(tx, lead.id)
  if (await blockByName(tx, house, known, who.name ?? '')) return lockLead(tx, lead.id)
  if (opened?.changed) await considerReview(tx, house, [lead.id])
  return lockLead(tx, lead.id)
}

/** Followers we have never heard of: their adds were lost, so their members' relations are compared with WeCom's. */
async function tellUnknown(
  tx: Transaction,
  house: House,
  rows: readonly HeldRelation[],
  followers: readonly FollowUser[],
): Promise<void> {
  const known = new Set(rows.map((row) => row.userid.toLowerCase()))
  const strangers = followers.filter((follower) => !known.has(follower.userid.toLowerCase()))
  await askReconcile(
    tx,
    house,
    strangers.map((follower) => follower.userid),
  )
}
