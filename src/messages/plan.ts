import { milliseconds } from '../clock.ts'
import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { arrange, place } from './arrange.ts'
import { askApproval } from './ask-approval.ts'
import type { Menu, Reason } from './channel.ts'
import { compose } from './compose.ts'
import type { LeadFacts } from './facts.ts'
import { insertMessage, type NewMessage } from './insert.ts'
import { keepLink, linkAddress, newCode } from './links.ts'
import type { Variables } from './render.ts'
import { chooseRoute } from './route.ts'
import type { MessageRow, Purpose } from './row.ts'
import { readGuardFacts } from './rule-facts.ts'
import { tellTimeline } from './settle.ts'
import { type Question, standing } from './standing.ts'
import { hasDeclined } from './topics.ts'
import { variablesFor } from './variables.ts'
import { type Chosen, chooseWords, readLiveCode } from './words.ts'

export interface PlanRequest {
  /** What makes this message this one: the same key plans once and answers the first. */
  key: string
  /** `null` only for notices about no lead. */
  leadId: string | null
  purpose: Purpose
  /** A template of the house, a piece of the library, or words as they stand; words with a piece go in place of the piece's own. */
  words?: string | undefined
  contentId?: string | undefined
  text?: string | undefined
  variables?: Variables | undefined
  /** WeCom's own template_card object without task_id; the words then are what is shown of it in lists. */
  card?: Record<string, unknown> | undefined
  /** Lines to tap on; a channel without menus has them numbered below the words. */
  menu?: Menu | undefined
  /** Absent: the playbook's order for the purpose. */
  channel?: string | undefined
  /** In whose name; absent: the owner if he may speak to the customer, else who came last. */
  sender?: string | null | undefined
  /** The member a notice is for. */
  recipient?: string | null | undefined
  extra?: Record<string, unknown> | undefined
  /** Duration after which it is of no use, counted from now; or the moment itself. */
  within?: string | undefined
  expiresAt?: Date | undefined
  /** Not before. */
  dueAt?: Date | undefined
  by: string
  /** A person's own send: quiet hours and caps do not hold it. */
  personal?: boolean | undefined
  /** Quiet hours, caps and slots put it off instead of refusing it. Notices always wait. */
  mayWait?: boolean | undefined
  /** A notice about somebody who asked for us; absent: about a lead that did so within a day. */
  urgent?: boolean | undefined
  /** One of many of its kind: it yields to what is said to one person. */
  broadcast?: boolean | undefined
  /** Whoever plans it may say yes to red-line rules himself. */
  mayApprove?: boolean | undefined
}

/** The row, `planned` or `refused` with its reason. */
export type PlannedMessage = MessageRow

/** How long a message is of use when nobody says otherwise. */
const usefulFor: Record<Purpose, string> = {
  welcome: '20s',
  answer: '48h',
  marketing: '14d',
  handover: '7d',
  notice: '2d',
}

const day = 86_400_000

/**
 * Plans one message: picks words and channel, asks the guard, renders, and writes the row. Never throws for a refusal: that is
 * a row too, so that people see what was not said and why. The caller holds the lead's lock, which is what makes caps hold when
 * several plan at once; caps per account take a lock of their own.
 * @throws Refused 404 lead_unknown | content_unknown
 */
export async function plan(tx: Transaction, house: House, request: PlanRequest): Promise<PlannedMessage> {
  const rules = await house.playbook.current()
  const { playbook } = rules
  const now = house.clock.now()
  const { purpose, personal = false, by } = request
  const wantsCaps = purpose === 'marketing'
  if (wantsCaps && request.leadId) await lockAccount(tx, request.leadId)
  const lead =
    request.leadId === null
      ? null
      : ((await readGuardFacts(tx, rules, [request.leadId], now)).get(request.leadId) ?? null)
  if (request.leadId !== null && lead === null) throw new Refused(404, 'lead_unknown', '没有这条线索')

  const { liveCode, created, scene, ...extra } = request.extra ?? {}
  const sender = request.sender ?? null
  const chosen = await chooseWords(
    tx,
    request,
    now,
    purpose === 'welcome' && lead
      ? {
          lead,
          sender,
          code: await readLiveCode(tx, liveCode, lead, sender),
          created: created === true,
          scene: typeof scene === 'string' ? scene : undefined,
          calendar: rules.calendar,
          at: now,
        }
      : null,
  )
  const order = request.channel === undefined ? playbook.channels[purpose] : [request.channel]
  const wanted = { purpose, sender, recipient: request.recipient ?? null, extra }
  const priority = request.broadcast ? playbook.priorities.broadcast : playbook.priorities[purpose]
  const urgent = request.urgent ?? (lead?.handRaisedAt ? now.getTime() - lead.handRaisedAt.getTime() < day : false)
  const seenBefore =
    wantsCaps && lead !== null && chosen.contentId !== null && (await wasSeen(tx, lead.id, chosen.contentId))
  const wantedAt = request.dueAt && request.dueAt > now ? request.dueAt : now
  const ask: Omit<Question, 'channel' | 'reached' | 'text'> = {
    purpose,
    personal,
    at: wantedAt,
    // What is only planned and matters less yields to this one.
    lead: lead && {
      ...lead,
      sends: lead.sends.filter((send) => send.state !== 'planned' || send.priority >= priority),
    },
    seenBefore,
    priority,
    urgent,
  }
  const route = chooseRoute(
    house.shelves.channels,
    order,
    wanted,
    lead,
    now,
    (channel, reached) => standing(rules, { ...ask, channel, reached, text: '' }).allowed,
  )
  const { reached, channel } = route

  const variables = await variablesFor(tx, rules, lead, reached.ok ? reached.sender : sender, request.variables)
  const link = chosen.hasPage && lead ? newCode() : null
  const linked = link ? { ...chosen, url: linkAddress(house, link) } : chosen
  const body = compose(house, linked, variables, request, lead, [channel, ...route.ways])

  const mayWait = request.mayWait ?? purpose === 'notice'
  const expiresAt =
    request.expiresAt ?? new Date(wantedAt.getTime() + milliseconds(request.within ?? usefulFor[purpose]))
  const off =
    automationOff(lead, request) ??
    (chosen.lapsed ? notValid(chosen.lapsed) : null) ??
    (wantsCaps && !personal && lead ? await declined(tx, lead.id, chosen) : null)
  const placed = off
    ? { reason: off }
    : place(rules, { ...ask, channel, reached, text: body.text }, mayWait ? expiresAt : null)
  const reason: Reason | null = 'reason' in placed ? placed.reason : null
  const asks = 'reason' in placed || request.mayApprove ? [] : placed.ask
  const dueAt = 'reason' in placed ? wantedAt : placed.dueAt
  const waitsFor =
    'reason' in placed
      ? null
      : (placed.waitsFor ?? (dueAt > now ? { kind: 'time' as const, until: dueAt.toISOString() } : null))

  const row: NewMessage = {
    id: newId(house.clock),
    key: request.key,
    leadId: lead?.id ?? null,
    purpose,
    contentId: chosen.contentId,
    contentVersion: chosen.version,
    channel,
    sender: reached.ok ? reached.sender : sender,
    recipient: reached.ok ? reached.recipient : (request.recipient ?? null),
    state: reason ? 'refused' : 'planned',
    waitsFor,
    reason,
    priority,
    body,
    extra: {
      ...extra,
      ...(urgent && purpose === 'notice' ? { urgent } : {}),
      ...(purpose === 'handover' ? { owner: lead?.owner } : {}),
    },
    dueAt,
    expiresAt,
    plannedBy: by,
    personal,
    mayWait,
    account: lead?.account ?? null,
    createdAt: now,
    playbookVersion: rules.version,
    link: reason ? null : link,
    // Who asked for one channel, or for one sender, gets that one or a refusal.
    ways: request.channel === undefined && request.sender == null ? route.ways : [],
    wantedAt,
    warnings:
      'reason' in placed ? [] : [...placed.warnings, ...(request.mayApprove ? placed.ask : [])].map(({ name }) => name),
  }
  const written = await insertMessage(tx, row)
  if (written.id !== row.id) return written
  if (written.state === 'refused')
    await tellTimeline(tx, house, [{ row: written, state: 'refused', reason: written.reason }])
  else {
    if (written.link) await keepLink(tx, written.link, written)
    if (asks.length > 0) return askApproval(tx, house, written, asks)
    if (lead && competes(written)) {
      const moved = (await arrange(tx, house, rules, lead.id)).get(written.id)
      if (moved) Object.assign(written, moved)
    }
    const job = house.shelves.channels.get(written.channel)?.urgent ? 'deliver-welcome' : 'deliver'
    tx.afterCommit(() => house.wake.up(job))
  }
  return written
}

/** One account's marketing is counted by one transaction at a time. The account is that of the lead as it is now. */
export async function lockAccount(tx: Transaction, leadId: string): Promise<void> {
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('account:' || account_of_lead(id, company), 0)) FROM leads WHERE id = lead_root($1) AND account_of_lead(id, company) IS NOT NULL`,
    [leadId],
  )
}

/** Whether it takes a slot that others may want. */
const competes = ({ purpose }: MessageRow): boolean => purpose === 'marketing' || purpose === 'handover'

/** People the first sync found hear nothing from the machine until somebody switches it on for them. */
function automationOff(lead: LeadFacts | null, { purpose, personal, by }: PlanRequest): Reason | null {
  const byMachine = !personal && (by === 'system' || by.includes(':'))
  // A welcome answers somebody who just added us: he is not the one we would be disturbing.
  const asked = purpose === 'notice' || purpose === 'answer' || purpose === 'welcome'
  if (lead === null || lead.automation || !byMachine || asked) return null
  return { id: 'automation_off', message: '这位客户来自首次同步，还没有为他打开自动化' }
}

/** What he has asked not to hear of; a person who writes to him himself may know better. */
async function declined(sql: Sql, leadId: string, { contentId, version }: Chosen): Promise<Reason | null> {
  if (contentId === null || version === null || !(await hasDeclined(sql, leadId, contentId, version))) return null
  return { id: 'topic_declined', message: '客户说过不想收这方面的内容' }
}

/** A piece out of its time or out of use goes to nobody. */
export const notValid = (message: string): Reason => ({ id: 'not_valid', message })

async function wasSeen(sql: Sql, leadId: string, contentId: string): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 FROM messages WHERE lead_id = ANY(ARRAY(SELECT lead_family($1))) AND content_id = $2 AND purpose IN ('marketing', 'answer')
       AND state IN ('planned', 'waiting', 'sending', 'sent', 'unknown') LIMIT 1`,
    [leadId, contentId],
  )
  return rows.length > 0
}
