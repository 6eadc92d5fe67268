import { GiveUp, Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { leadsWithin, type Reacher } from '../leads/reach.ts'
import { isErrcode } from '../wecom/failure.ts'
import { getGroupChat } from '../wecom/groups.ts'

/** Somebody in a customer group, as one of us should know him. */
export interface GroupMember {
  userid: string
  /** What WeCom calls him there. */
  name: string
  /** One of us, or a customer. */
  isStaff: boolean
  /** Absent: nobody of ours has him as a friend yet, so we know nothing of him. */
  lead: {
    id: string
    name: string
    company: string | null
    stage: string
    owner: string | null
    isWithinReach: boolean
  } | null
}

export interface GroupView {
  chatId: string
  name: string
  owner: string | null
  members: GroupMember[]
}

/**
 * A customer group as WeCom has it now: who of it is known, whose lead he is, and who is a stranger. Only for its own members,
 * and for managers. @throws Refused 404 group_unknown, 403 not_in_group; RetryLater, GiveUp
 */
export async function readGroup(house: House, chatId: string, who: Reacher): Promise<GroupView> {
  const group = await read(house, chatId)
  const isIn = group.member_list.some(
    ({ type, userid }) => type === 1 && userid.toLowerCase() === who.userid?.toLowerCase(),
  )
  if (!isIn && who.reach === 'own') throw new Refused(403, 'not_in_group', '您不在这个客户群里')
  const strangers = group.member_list.filter(({ type }) => type !== 1).map(({ userid }) => userid)
  const within = leadsWithin(who, 2)
  const known = await house.db.query<{ external: string; lead: NonNullable<GroupMember['lead']> }>(
    `SELECT i.key AS external, jsonb_build_object('id', l.id, 'name', l.name, 'company', l.company, 'stage', l.stage, 'owner', l.owner, 'isWithinReach', ${within.sql}) AS lead
     FROM identities i JOIN leads l ON l.id = lead_root(i.lead_id) WHERE i.kind = 'externalUserId' AND i.key = ANY($1)`,
    [strangers, ...within.values],
  )
  const leads = new Map(known.map(({ external, lead }) => [external, lead]))
  return {
    chatId,
    name: group.name ?? '',
    owner: group.owner ?? null,
    members: group.member_list.map(({ userid, type, name }) => {
      const lead = type === 1 ? null : (leads.get(userid) ?? null)
      // Whose lead he is may be known to everybody in the group; what is known of him may not.
      const shown = lead && !lead.isWithinReach ? { ...lead, company: null } : lead
      return { userid, name: name || lead?.name || '', isStaff: type === 1, lead: shown }
    }),
  }
}

async function read(house: House, chatId: string) {
  try {
    return await getGroupChat(house.wecom, chatId)
  } catch (error) {
    if (isErrcode(error, 49008) || (error instanceof GiveUp && error.reason.startsWith('wecom_905')))
      throw new Refused(404, 'group_unknown', '没有这个客户群，或已经解散')
    throw error
  }
}
