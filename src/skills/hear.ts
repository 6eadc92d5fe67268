import type { Skill } from '../define.ts'
import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import { lockLead } from '../leads/lock.ts'
import { noteEvents } from '../leads/note.ts'
import { deliverNow } from '../messages/deliver.ts'
import { plan } from '../messages/plan.ts'
import { tellRoles } from '../messages/tell.ts'
import { considerReview } from '../review/consider.ts'
import type { Conversation } from './conversation.ts'

export interface Heard {
  speaker: 'customer' | 'staff'
  leadId: string | null
  userid?: string | undefined
  openKfId?: string | undefined
  text: string
  kind: string
  at: Date
  /** Makes each effect of these words happen once, however often they are heard. */
  key: string
}

/** Finds the skill that hears these words and lets it answer; nobody hearing them is no fault. */
export async function hear(house: House, heard: Heard): Promise<void> {
  const text = heard.text.trim().slice(0, 2000)
  const found = pick([...house.shelves.skills.values()], heard.speaker, text)
  if (found) await found.skill.answer(conversation(house, { ...heard, text }, found.match))
}

function pick(
  skills: readonly Skill[],
  speaker: Heard['speaker'],
  text: string,
): { skill: Skill; match: RegExpExecArray } | null {
  for (const skill of skills
    .filter((one) => one.speaker === speaker)
    .sort((a, b) => (a.order ?? 50) - (b.order ?? 50))) {
    for (const pattern of skill.hears) {
      const match = pattern.exec(text)
      if (match) return { skill, match }
    }
  }
  return null
}

function conversation(house: House, heard: Heard, match: RegExpExecArray): Conversation {
  let said = 0
  const next = (what: string) => `${heard.key}:${what}:${++said}`
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
      const key = next('say')
      const message = await house.db.transaction(async (tx) => {
        if (heard.speaker === 'staff')
          return plan(tx, house, {
            key,
            leadId: null,
            purpose: 'notice',
            ...words,
            channel: 'app-notice',
            recipient: heard.userid ?? null,
            by: 'skill',
            personal: true,
            within: '1h',
          })
        await lockLead(tx, heard.leadId as string)
        return plan(tx, house, {
          key,
          leadId: heard.leadId,
          purpose: 'answer',
          ...words,
          channel: 'kf',
          extra: { openKfId: heard.openKfId },
          by: 'skill',
          within: '48h',
        })
      })
      if (message.state === 'planned') await deliverNow(house, message.id)
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
        )
      })
    },
    async optOut() {
      const { leadId } = heard
      if (leadId)
        await house.db.transaction((tx) =>
          setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: heard.kind, by: 'customer' }),
        )
    },
    async callHuman(why) {
      await house.db.transaction(async (tx) => {
        const lead = heard.leadId ? await lockLead(tx, heard.leadId) : null
        const followers = lead
          ? await tx.query<{ userid: string }>(
              "SELECT userid FROM follows WHERE lead_id IN (SELECT lead_family($1)) AND state = 'full' ORDER BY started_at DESC LIMIT 1",
              [lead.id],
            )
          : []
        const one = lead?.owner ?? followers[0]?.userid
        await tellRoles(tx, house, one ? [] : ['mdr'], {
          key: next('human'),
          words: 'human-wanted',
          leadId: lead?.id ?? null,
          userids: one ? [one] : [],
          variables: { reason: why },
        })
      })
    },
  }
}
