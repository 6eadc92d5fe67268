import { systemActor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { LeadRow } from '../leads/lock.ts'
import { move } from '../leads/move.ts'
import { noteEvents } from '../leads/note.ts'
import { record } from '../leads/record.ts'
import { putTags, takeTags } from '../leads/tags.ts'
import { pickContent } from '../messages/pick.ts'
import { plan } from '../messages/plan.ts'
import { tellRoles } from '../messages/tell.ts'
import { considerReview } from '../review/consider.ts'
import { addTask } from '../tasks/tasks.ts'
import { planCall } from '../webhooks/plan.ts'
import type { Held } from './advance.ts'
import { isBroadcast } from './broadcast.ts'
import type { Journey, Send, Step } from './schema.ts'
import type { JourneyFacts } from './step.ts'

interface Doing {
  enrolment: Held
  journey: Journey
  step: Step
  /** Locked by the caller. */
  lead: LeadRow
  /** As they stood when the step began. */
  facts: JourneyFacts
}

export interface Done {
  /** `planned`, `told`, `put` …; `refused:<why>` where the rules forbade it: that is kept, and the journey goes on. */
  outcome: string
  messageId?: string
  /** What follows must not come before this. */
  goOnAt?: Date
}

/** Does one acting step. What the house's rules refuse is an outcome, not a failure. */
export async function doStep(tx: Transaction, house: House, doing: Doing): Promise<Done> {
  try {
    return await does(tx, house, doing)
  } catch (error) {
    if (error instanceof Refused) return { outcome: `refused:${error.id}` }
    throw error
  }
}

async function does(tx: Transaction, house: House, doing: Doing): Promise<Done> {
  const { enrolment, journey, step, lead } = doing
  const by = `journey:${journey.id}`
  // A place means a step only together with its version.
  const key = `journey:${enrolment.id}:${enrolment.version}:${enrolment.step}`
  const now = house.clock.now()
  if ('send' in step) return send(tx, house, doing, step.send, key)
  if ('tag' in step) {
    const put = 'put' in step.tag
    const tag = 'put' in step.tag ? step.tag.put : step.tag.take
    await (put ? putTags : takeTags)(tx, house, [{ leadId: lead.id, ...tag, by, rule: journey.id }])
    return { outcome: put ? 'put' : 'taken' }
  }
  if ('score' in step) {
    const noted = await noteEvents(tx, house, [{ leadId: lead.id, type: step.score.event, at: now, actor: by, key }])
    await considerReview(
      tx,
      house,
      noted.map(({ leadId }) => leadId),
    )
    return { outcome: 'scored' }
  }
  const tell = async (words: string, text: string, roles: readonly string[], userids: readonly string[]) => {
    const variables = { reason: `${text}（培育旅程「${journey.name ?? journey.id}」）` }
    const told = await tellRoles(tx, house, roles, { key, words, leadId: lead.id, userids, variables })
    return { outcome: told.length > 0 ? 'told' : 'nobody' }
  }
  if ('task' in step) {
    const data = { enrolment: enrolment.id, journey: journey.id, step: enrolment.step }
    await record(tx, [{ leadId: lead.id, at: now, kind: 'task', actor: by, key, data }])
    await addTask(tx, house, { key, leadId: lead.id, owner: lead.owner, text: step.task, source: by, by })
    return tell('journey-task', step.task, lead.owner ? [] : ['mdr'], lead.owner ? [lead.owner] : [])
  }
  if ('notify' in step) {
    const { owner = false, roles = [], words } = step.notify
    // A lead that is nobody's yet is the MDRs'.
    const everyone = owner && lead.owner === null && roles.length === 0 ? ['mdr'] : roles
    return tell('journey-notice', words, everyone, owner && lead.owner ? [lead.owner] : [])
  }
  if ('stage' in step) {
    const { on, to, reason = `培育旅程「${journey.name ?? journey.id}」` } = step.stage
    await move(tx, house, {
      leadId: lead.id,
      on,
      ...(to === undefined ? {} : { toStage: to }),
      actor: systemActor,
      reason,
      rule: by,
      why: [{ rule: by, text: reason }],
    })
    return { outcome: 'moved' }
  }
  if ('webhook' in step) {
    const { id, journey: of, version, step: place } = enrolment
    const where = { journey: of, version, enrolment: id, step: place, name: step.name ?? null }
    await planCall(tx, house, { key, webhook: step.webhook, ...where, leadId: lead.id, fields: doing.facts.fields })
    return { outcome: 'called' }
  }
  throw new Error(`step ${enrolment.step} of ${journey.id} does nothing`)
}

async function send(tx: Transaction, house: House, doing: Doing, what: Send, key: string): Promise<Done> {
  const { enrolment, journey, lead } = doing
  const contentId =
    'content' in what
      ? what.content
      : (await pickContent(tx, house, lead.id, { limit: 1, need: what.need, kind: what.kind }))[0]?.contentId
  if (contentId === undefined) return { outcome: 'nothing' }
  const message = await plan(tx, house, {
    key,
    leadId: lead.id,
    purpose: 'marketing',
    contentId,
    mayWait: true,
    broadcast: isBroadcast(journey),
    // Whom a person chose himself he speaks for; switched-off automation does not hold that back.
    by: enrolment.chosen ? enrolment.enteredBy : `journey:${journey.id}`,
  })
  const { id: messageId } = message
  if (message.state === 'refused') return { outcome: `refused:${message.reason?.id ?? 'unknown'}`, messageId }
  return { outcome: 'planned', messageId, goOnAt: message.dueAt }
}
