import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import type { Skill } from '../define.ts'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { noteEvents } from '../leads/note.ts'
import { type PlanRequest, plan } from '../messages/plan.ts'
import { sendSoon } from '../messages/send-soon.ts'
import { tellRoles } from '../messages/tell.ts'
import { considerReview } from '../review/consider.ts'
import { cardWords, templateCard } from './card.ts'
import { colleagueOf } from './colleague.ts'
import type { Conversation } from './conversation.ts'

export interface Heard {
  speaker: 'customer' | 'staff'
  leadId: string | null
  userid?: string | undefined
  openKfId?: string | undefined
  /** Where answers go; absent: the 客服 conversation. */
  answerBy?: { channel: string; extra: Record<string, unknown> } | undefined
  text: string
  kind: string
  at: Date
  /** Makes each effect of these words happen once, however often they are heard. */
  key: string
}

/**
 * Finds the skill that hears these words and lets it answer; nobody hearing them is no fault. Several lines were said in one
 * breath: whichever line a skill hears, it answers once, and the most pressing skill answers for all of them.
 */
export async function hear(house: House, heard: Heard): Promise<void> {
  const text = heard.text.trim().slice(0, 2000)
  const found = pick([...house.shelves.skills.values()], heard.speaker, spellings(text))
  if (!found) return
  if (heard.speaker === 'customer' && (await goesInCircles(house, heard))) return
  await found.skill.answer(conversation(house, { ...heard, text }, found.match))
}

/** As it stands first, so that what is kept is kept as it was written; then full-width signs as the same words, then line by line. */
function spellings(text: string): string[] {
  const lines = text.split(/\n+/).map((line) => line.trim())
  return [...new Set([text, ...lines].flatMap((one) => [one, one.normalize('NFKC')]))]
}

function pick(
  skills: readonly Skill[],
  speaker: Heard['speaker'],
  texts: readonly string[],
): { skill: Skill; match: RegExpExecArray } | null {
  for (const skill of skills
    .filter((one) => one.speaker === speaker)
    .sort((a, b) => (a.order ?? 50) - (b.order ?? 50))) {
    for (const pattern of skill.hears)
      for (const text of texts) {
        const match = pattern.exec(text)
        if (match) return { skill, match }
      }
  }
  return null
}

/** Whether this person has had so many answers of ours lately that only a machine would go on; then a person is called, once. */
async function goesInCircles(house: House, { leadId, at }: Heard): Promise<boolean> {
  if (!leadId) return false
  const { playbook } = await house.playbook.current()
  const perMs = milliseconds(playbook.bot.per)
  const now = house.clock.now()
  const [answers] = await house.db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM messages WHERE lead_id IN (SELECT lead_family(lead_root($1))) AND planned_by = 'skill' AND purpose = 'answer'
       AND state <> 'refused' AND created_at > $2`,
    [leadId, new Date(now.getTime() - perMs)],
  )
  if ((answers?.count ?? 0) < playbook.bot.mostAnswers) return false
  const key = `circles:${leadId}:${Math.floor(now.getTime() / perMs)}`
  await house.db.transaction(async (tx) => {
    if (!(await isFirstTime(tx, key, at))) return
    const lead = await lockLead(tx, leadId)
    await tellColleague(tx, house, lead, { key, why: '客服里一直在自动对答，对方可能也是机器人，请看一眼' })
  })
  return true
}

function conversation(house: House, heard: Heard, match: RegExpExecArray): Conversation {
  let said = 0
  let called = false
  const next = (what: string) => `${heard.key}:${what}:${++said}`
  const answerMember = async (words: Pick<PlanRequest, 'words' | 'variables' | 'text' | 'card'>) => {
    const key = next('say')
    const message = await house.db.transaction((tx) =>
      plan(tx, house, {
        key,
        leadId: null,
        purpose: 'notice',
        ...words,
        channel: 'app-notice',
        recipient: heard.userid ?? null,
        by: 'skill',
        personal: true,
        within: '1h',
      }),
    )
    if (message.state === 'planned') sendSoon(house, message.id)
  }
  return {
    speaker: heard.speaker,
    text: heard.text,
    kind: heard.kind,
    leadId: heard.leadId,
    userid: heard.userid ?? null,
    match,
    async say(answer) {
      const words =
        'words' in answer ? { words: answer.words, variables: answer.variables ?? {} } : { text: answer.text }
      if (heard.speaker === 'staff') return answerMember(words)
      const key = next('say')
      const message = await house.db.transaction(async (tx) => {
        await lockLead(tx, heard.leadId as string)
        return plan(tx, house, {
          key,
          leadId: heard.leadId,
          purpose: 'answer',
          ...words,
          ...(heard.answerBy ?? { channel: 'kf', extra: { openKfId: heard.openKfId } }),
          by: 'skill',
          within: '48h',
        })
      })
      if (message.state === 'planned') sendSoon(house, message.id)
    },
    show: (card) => answerMember({ text: cardWords(card), card: templateCard(card) }),
    async colleague() {
      const found = await colleagueOf(house, heard.userid ?? '', heard.key)
      if (!found) throw new GiveUp('not_ours', `${heard.userid ?? '客户'} 不是在岗的成员`)
      return found
    },
    async note(type, data) {
      const { leadId } = heard
      if (!leadId) return
      await house.db.transaction(async (tx) => {
        const noted = await noteEvents(tx, house, [{ leadId, type, at: heard.at, data, key: next(`note:${type}`) }])
        await considerReview(
          tx,
          house,
          noted.map((one) => one.leadId),
          { ownerKnows: called },
        )
      })
    },
    async optOut() {
      const { leadId } = heard
      const key = next('opt-out')
      if (!leadId) return
      await house.db.transaction(async (tx) => {
        // Words from before a new consent, handled again after it, do not take it back.
        if (await isFirstTime(tx, key, heard.at))
          await setConsent(tx, house, {
            leadId,
            purpose: 'marketing',
            granted: false,
            source: heard.kind,
            by: 'customer',
          })
      })
    },
    async callHuman(why) {
      const key = next('human')
      called = true
      await house.db.transaction(async (tx) => {
        const lead = heard.leadId ? await lockLead(tx, heard.leadId) : null
        // Whoever is the right one by the time the words are handled again was called by somebody else.
        if (await isFirstTime(tx, key, heard.at)) await tellColleague(tx, house, lead, { key, why })
      })
    },
  }
}

/** The right colleague hears that he is wanted; where there is none, those who review, then those who lead. */
async function tellColleague(
  tx: Transaction,
  house: House,
  lead: LeadRow | null,
  { key, why }: { key: string; why: string },
): Promise<void> {
  const one = lead && (await whoToCall(tx, lead, house.clock.now()))
  const notice = { key, words: 'human-wanted', leadId: lead?.id ?? null, urgent: true, variables: { reason: why } }
  const told = await tellRoles(tx, house, one ? [] : ['mdr'], { ...notice, userids: one ? [one] : [] })
  if (told.length === 0) await tellRoles(tx, house, ['manager', 'admin'], notice)
}

/** The owner, else whoever knows the customer, the latest first; nobody who has left or is away. */
async function whoToCall(tx: Transaction, lead: LeadRow, at: Date): Promise<string | null> {
  const [one] = await tx.query<{ userid: string }>(
    `SELECT s.userid FROM staff s LEFT JOIN follows f ON f.userid = s.userid AND f.state = 'full' AND f.lead_id IN (SELECT lead_family($1))
     WHERE s.active AND s.in_scope AND (s.absent_until IS NULL OR s.absent_until <= $3) AND (lower(s.userid) = lower($2) OR f.userid IS NOT NULL)
     ORDER BY lower(s.userid) = lower($2) DESC NULLS LAST, f.started_at DESC LIMIT 1`,
    [lead.id, lead.owner, at],
  )
  return one?.userid ?? null
}
