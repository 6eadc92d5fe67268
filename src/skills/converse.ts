import { findAnswers, readHit } from '../answers/find.ts'
import { countAnswer, keepMissed } from '../answers/given.ts'
import { judge } from '../answers/judge.ts'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { lockLead } from '../leads/lock.ts'
import { maskContacts } from '../leads/mask.ts'
import { noteEvents } from '../leads/note.ts'
import { type PlanRequest, plan } from '../messages/plan.ts'
import { sendSoon } from '../messages/send-soon.ts'
import { think } from '../model/think.ts'
import { makePromise } from '../promises/make.ts'
import { considerReview } from '../review/consider.ts'
import { cardWords, templateCard } from './card.ts'
import { colleagueOf } from './colleague.ts'
import { contactOf } from './contact.ts'
import type { Conversation, Said } from './conversation.ts'
import type { Heard } from './hear.ts'
import { meetingsOf } from './meetings.ts'

/** What was said this long ago is still before his eyes. */
const latelyMs = 600_000

/** What a skill may do with these words. Each effect is keyed by them and its turn, so that heard again it happens once. */
export function converse(
  house: House,
  heard: Heard,
  { match, served }: { match: RegExpExecArray; served: boolean },
): Conversation {
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
        // WeCom reads `<a href>` in app messages, and names come from strangers.
        ...(words.text === undefined ? {} : { text: words.text.replaceAll('<', '＜') }),
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
    served,
    pressed: pressedOf(heard),
    async say(answer) {
      const words = wordsOf(answer)
      if (heard.speaker === 'staff') return answerMember(words)
      const key = next('say')
      const message = await house.db.transaction(async (tx) => {
        await lockLead(tx, heard.leadId as string)
        const by = heard.answerBy ?? { channel: 'kf', extra: { openKfId: heard.openKfId } }
        const extra = { ...by.extra, ...('answer' in answer ? { answer: answer.answer.id } : {}) }
        const planned = await plan(tx, house, {
          key,
          leadId: heard.leadId,
          purpose: 'answer',
          ...words,
          channel: by.channel,
          extra,
          by: 'skill',
          within: '48h',
        })
        if ('answer' in answer) await countAnswer(tx, house, key, answer.answer.id)
        return planned
      })
      if (message.state === 'planned') sendSoon(house, message.id)
    },
    async toldLately(words) {
      const rows = await house.db.query(
        `SELECT FROM messages WHERE lead_id IN (SELECT lead_family(lead_root($1))) AND content_id = $2 AND created_at > $3 AND key NOT LIKE $4
           AND state IN ('planned', 'sending', 'sent', 'unknown') LIMIT 1`,
        [heard.leadId, words, new Date(house.clock.now().getTime() - latelyMs), `${heard.key}:%`],
      )
      return rows.length > 0
    },
    show: (card) => answerMember({ text: cardWords(card), card: templateCard(card) }),
    async find() {
      const pressed = pressedOf(heard)
      const meant = pressed === null ? null : await readHit(house.db, pressed)
      if (meant) return { sure: meant, near: [] }
      const { playbook } = await house.playbook.current()
      return judge(await findAnswers(house.db, heard.text, playbook.bot.answers.most + 1), playbook.bot.answers)
    },
    async think() {
      const [lead] = await house.db.query<{ name: string; company: string | null }>(
        'SELECT name, company FROM leads WHERE id = lead_root($1)',
        [heard.leadId],
      )
      return think(house, { text: heard.text, known: [lead?.name ?? null, lead?.company ?? null] })
    },
    async missed(near) {
      await keepMissed(house.db, house, { key: heard.key, leadId: heard.leadId, text: maskContacts(heard.text), near })
    },
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
    async callHuman(why, { pressing = false, draft = null } = {}) {
      const { leadId } = heard
      const openKfId = heard.openKfId ?? null
      if (leadId === null) throw new Error('nobody to call a person for')
      const key = next('human')
      called = true
      return house.db.transaction(async (tx) => {
        const lead = await lockLead(tx, leadId)
        const [session] = await tx.query<{ externalUserId: string }>(
          `SELECT external_userid AS "externalUserId" FROM kf_sessions WHERE open_kfid = $1 AND lead_id IN (SELECT lead_family($2)) ORDER BY heard_at DESC NULLS LAST LIMIT 1`,
          [openKfId, lead.id],
        )
        const externalUserId = session?.externalUserId ?? null
        return makePromise(tx, house, lead, {
          key,
          why: maskContacts(why),
          words: maskContacts(heard.text),
          openKfId,
          externalUserId,
          pressing,
          draft,
        })
      })
    },
    meetings:
      heard.leadId === null ? null : meetingsOf(house, heard as Heard & { leadId: string }, () => next('meeting')),
    contact:
      heard.leadId === null ? null : contactOf(house, heard as Heard & { leadId: string }, () => next('contact')),
  }
}

/** What stands behind the colon of the line of a menu that was tapped. */
function pressedOf({ menuId }: Heard): string | null {
  return menuId === undefined ? null : menuId.slice(menuId.indexOf(':') + 1)
}

function wordsOf(said: Said): Pick<PlanRequest, 'words' | 'variables' | 'text' | 'contentId' | 'menu'> {
  if ('answer' in said) {
    const { say, piece } = said.answer
    return { text: say, ...(piece ? { contentId: piece } : {}) }
  }
  const menu = said.menu ? { menu: said.menu } : {}
  return 'words' in said
    ? { words: said.words, variables: said.variables ?? {}, ...menu }
    : { text: said.text, ...menu }
}
