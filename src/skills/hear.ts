import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { lockLead } from '../leads/lock.ts'
import { makePromise } from '../promises/make.ts'
import { isServed } from '../promises/served.ts'
import { readSwitchedOff, switchKey } from '../switches.ts'
import { chooseSkill } from './choose.ts'
import { converse } from './converse.ts'
import { lineOfMenu } from './menu.ts'

export interface Heard {
  speaker: 'customer' | 'staff'
  leadId: string | null
  userid?: string | undefined
  openKfId?: string | undefined
  /** Where answers go; absent: the 客服 conversation. */
  answerBy?: { channel: string; extra: Record<string, unknown> } | undefined
  text: string
  kind: string
  /** The line of a menu of ours that was tapped: the skill's word, a colon, and what the skill put behind it. */
  menuId?: string | undefined
  at: Date
  /** Makes each effect of these words happen once, however often they are heard. */
  key: string
}

/**
 * Finds the skill that hears these words and lets it answer, once; nobody hearing them is no fault.
 */
export async function hear(house: House, heard: Heard): Promise<void> {
  const text = heard.text.trim().slice(0, 2000)
  const menuId = heard.menuId ?? (heard.speaker === 'customer' ? await lineOfMenu(house, heard) : undefined)
  const off = await readSwitchedOff(house.db)
  const skills = [...house.shelves.skills].flatMap(([name, skill]) =>
    skill.speaker === heard.speaker && !off.has(switchKey('skill', name)) ? [skill] : [],
  )
  const found = await chooseSkill(skills, { text, menuId })
  if (!found) return
  const { openKfId, leadId } = heard
  const served = Boolean(openKfId && leadId && (await isServed(house, openKfId, leadId)))
  if (served && !found.skill.always) return
  if (heard.speaker === 'customer' && !served && (await goesInCircles(house, heard))) return
  await found.skill.answer(converse(house, { ...heard, text, menuId }, { match: found.match, served }))
}

/** Whether this person has had so many answers of ours lately that only a machine would go on; then a person is called, once. */
async function goesInCircles(house: House, { leadId, at, text, openKfId }: Heard): Promise<boolean> {
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
    const why = '客服里一直在自动对答，对方可能也是机器人，请看一眼'
    // The conversation stays where it is: a machine is not handed to a person.
    await makePromise(tx, house, lead, { key, why, words: text, openKfId: openKfId ?? null, externalUserId: null })
  })
  return true
}
