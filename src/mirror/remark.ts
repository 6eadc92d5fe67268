import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { getContact, remarkContact } from '../wecom/contacts.ts'
import { isErrcode } from '../wecom/failure.ts'

/** What a member wrote about his customer in WeCom. */
export interface Remark {
  remark: string
  company: string
  description: string
  mobiles: string[]
}

interface Relation {
  userid: string
  externalUserId: string
}

/** As WeCom has it this moment: a member may have changed it on his phone a second ago. @throws Refused 409 not_a_friend; RetryLater, GiveUp */
export async function readRemark(house: House, leadId: string, userid: string): Promise<Remark> {
  return ask(house, await relationOf(house, leadId, userid))
}

/**
 * Writes to WeCom what a member changed of his remark. Where WeCom's is no longer what he had before him, nobody is overwritten:
 * he is shown what is there now. Two edits at once are one after the other: between the look and the write nothing of ours comes.
 * @throws Refused 409 not_a_friend | remark_busy | remark_changed (details: as it is); RetryLater, GiveUp
 */
export async function writeRemark(
  house: House,
  leadId: string,
  { userid, seen, next }: { userid: string; seen: Partial<Remark>; next: Partial<Remark> },
): Promise<Remark> {
  const relation = await relationOf(house, leadId, userid)
  await hold(house, relation)
  try {
    return await write(house, relation, { seen, next })
  } finally {
    await letGo(house, relation)
  }
}

/** A call to WeCom is over by then, or its process is. */
const holdMs = 30_000

async function hold({ db, clock }: House, { userid, externalUserId }: Relation): Promise<void> {
  const now = clock.now()
  const held = await db.query(
    `UPDATE follows SET remarking_until = $3 WHERE external_userid = $1 AND userid = $2 AND (remarking_until IS NULL OR remarking_until <= $4) RETURNING 1`,
    [externalUserId, userid, new Date(now.getTime() + holdMs), now],
  )
  if (held.length === 0) throw new Refused(409, 'remark_busy', '这条备注正在另一处保存，请过几秒再存一次')
}

const letGo = ({ db }: House, { userid, externalUserId }: Relation) =>
  db.query('UPDATE follows SET remarking_until = NULL WHERE external_userid = $1 AND userid = $2', [
    externalUserId,
    userid,
  ])

/** No callback tells of our own changes, so the relation is marked for a look before WeCom is called; whatever becomes of the call, what WeCom has is what we have. */
async function write(
  house: House,
  relation: Relation,
  { seen, next }: { seen: Partial<Remark>; next: Partial<Remark> },
): Promise<Remark> {
  const now = await ask(house, relation)
  const changed = fields.filter((field) => next[field] !== undefined && !same(next[field], now[field]))
  if (changed.some((field) => seen[field] !== undefined && !same(seen[field], now[field])))
    throw new Refused(409, 'remark_changed', '备注刚刚在企业微信里被改过，请看一下现在的内容再存', now)
  if (changed.length === 0) return now
  await lookAgain(house, relation)
  const said = { ...now, ...Object.fromEntries(changed.map((field) => [field, next[field]])) }
  await asFriend(
    remarkContact(house.wecom, {
      userid: relation.userid,
      external_userid: relation.externalUserId,
      ...(changed.includes('remark') ? { remark: said.remark } : {}),
      ...(changed.includes('company') ? { remark_company: said.company } : {}),
      ...(changed.includes('description') ? { description: said.description } : {}),
      // They replace those there are; an empty one takes all away.
      ...(changed.includes('mobiles') ? { remark_mobiles: said.mobiles.length > 0 ? said.mobiles : [''] } : {}),
    }),
  )
  await lookAgain(house, relation)
  return said
}

/** His profile is fetched when it has been quiet for 2 s. */
const lookAgain = ({ db, clock }: House, { userid, externalUserId }: Relation) =>
  db.query('UPDATE follows SET stale_since = $3 WHERE external_userid = $1 AND userid = $2', [
    externalUserId,
    userid,
    clock.now(),
  ])

const fields = ['remark', 'company', 'description', 'mobiles'] as const
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

async function relationOf(house: House, leadId: string, userid: string): Promise<Relation> {
  const [relation] = await house.db.query<Relation>(
    `SELECT userid, external_userid AS "externalUserId" FROM follows
     WHERE lead_id IN (SELECT lead_family($1)) AND state = 'full' AND lower(userid) = lower($2) ORDER BY started_at DESC LIMIT 1`,
    [leadId, userid],
  )
  if (!relation) throw new Refused(409, 'not_a_friend', '您和这位客户还不是企业微信好友，没有备注可改')
  return relation
}

async function ask(house: House, { userid, externalUserId }: Relation): Promise<Remark> {
  const { follow_user } = await asFriend(getContact(house.wecom, externalUserId))
  const mine = follow_user.find((one) => one.userid.toLowerCase() === userid.toLowerCase())
  if (!mine) throw noFriend()
  return {
    remark: mine.remark ?? '',
    company: mine.remark_corp_name ?? '',
    description: mine.description ?? '',
    mobiles: mine.remark_mobiles.filter(Boolean),
  }
}

const noFriend = () => new Refused(409, 'not_a_friend', '企业微信里您和这位客户已经不是好友')

/** WeCom's 84061: one of the two took the other off his list meanwhile. */
async function asFriend<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (failure) {
    throw isErrcode(failure, 84061) ? noFriend() : failure
  }
}
