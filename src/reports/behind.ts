import type { House } from '../house.ts'
import type { After } from '../leads/list.ts'
import { type Asked, type Bound, binding, wayOf, wonStages } from './ask.ts'
import { creditsOf, type Model } from './channels.ts'
import { type Deed, deedsSql } from './content.ts'
import { type Breakdown, bornSql, enteredSql } from './funnel.ts'
import { type Outcome, type PromiseMade, promisesSql } from './sla.ts'
import { endOf, type ReasonCount } from './stages.ts'

/** The leads behind a number: which number. A missing `key`, `channel` or `campaign` of null is the row of what is not known. */
export type Figure =
  | { what: 'stage'; stage: string; by: Breakdown | null; key: string | null | undefined; converted: boolean }
  | { what: 'now'; stage: string }
  | { what: 'flow'; from: string | null; to: string }
  | { what: 'reason'; kind: ReasonCount['kind']; reason: string; stage: string }
  | { what: 'sla'; promise: PromiseMade; outcome: Outcome; who: string | null }
  | { what: 'cohort'; by: 'week' | 'month'; key: string }
  | { what: 'content'; content: string; did: Deed }
  | { what: 'journey'; journey: string; state: string | null; step: string | null; arm: number | null }
  | {
      what: 'channel'
      channel: string | null
      campaign: string | null | undefined
      model: Model
      won: boolean
      stage: string | null
    }

/** One page of those leads, newest first. */
export async function listBehind(
  house: House,
  asked: Asked,
  number: Figure,
  { after, limit }: { after: After | null; limit: number },
): Promise<After[]> {
  const bound = binding()
  const set = await setOf(house, asked, number, bound)
  const where = [`l.id IN (${set})`, 'l.merged_into IS NULL', bound.within(asked.within)]
  if (after) where.push(`(l.created_at, l.id) < (${bound.bind(after.at)}::timestamptz, ${bound.bind(after.id)}::uuid)`)
  return house.db.query(
    `SELECT l.id, l.created_at::text AS at FROM leads l WHERE ${where.join(' AND ')} ORDER BY l.created_at DESC, l.id DESC LIMIT ${bound.bind(limit)}`,
    bound.values,
  )
}

async function setOf(house: House, asked: Asked, number: Figure, bound: Bound): Promise<string> {
  const { playbook } = await house.playbook.current()
  const { bind } = bound
  const inPeriod = (column: string) => `${column} >= ${bind(asked.from)} AND ${column} < ${bind(asked.to)}`
  const equal = (column: string, value: string | null) => `${column} IS NOT DISTINCT FROM ${bind(value)}::text`
  switch (number.what) {
    case 'stage': {
      const entered = enteredSql(asked, wayOf(playbook), house.config.timeZone, number.by, bound)
      const key = number.key === undefined ? '' : `AND ${equal('f.key', number.key)}`
      return `SELECT f.lead_id FROM (${entered}) f WHERE f.stage = ${bind(number.stage)} ${key} ${number.converted ? 'AND f.onward_at IS NOT NULL' : ''}`
    }
    case 'now':
      return `SELECT id FROM leads WHERE stage = ${bind(number.stage)} AND merged_into IS NULL`
    case 'flow':
      return `SELECT lead_id FROM stage_changes WHERE ${inPeriod('at')} AND ${equal('from_stage', number.from)} AND to_stage = ${bind(number.to)}`
    case 'reason': {
      const ends = Object.keys(playbook.stages).filter((to) => endOf(playbook, number.stage, to) === number.kind)
      return `SELECT lead_id FROM stage_changes WHERE ${inPeriod('at')} AND reason = ${bind(number.reason)} AND from_stage = ${bind(number.stage)} AND to_stage = ANY(${bind(ends)}::text[])`
    }
    case 'sla': {
      const made = promisesSql(asked, house.clock.now(), bound)
      const who = number.who === null ? '' : `AND m.who = ${bind(number.who)}`
      return `SELECT m.lead_id FROM (${made}) m WHERE m.promise = ${bind(number.promise)} AND m.outcome = ${bind(number.outcome)} ${who}`
    }
    case 'cohort':
      return `SELECT b.id FROM (${bornSql(asked, house.config.timeZone, number.by, bound)}) b WHERE b.key = ${bind(number.key)}`
    case 'content':
      return `SELECT d.lead_id FROM (${deedsSql(asked, bound, { content: number.content, deed: number.did })}) d`
    case 'journey': {
      const state = number.state === null ? '' : `AND e.state = ${bind(number.state)}`
      const arm =
        number.step === null || number.arm === null
          ? ''
          : `AND EXISTS (SELECT FROM enrolment_steps s WHERE s.enrolment = e.id AND s.step = ${bind(number.step)} AND s.outcome = ${bind(String(number.arm))})`
      return `SELECT e.lead_id FROM enrolments e WHERE e.journey = ${bind(number.journey)} AND ${inPeriod('e.entered_at')} ${state} ${arm}`
    }
    case 'channel': {
      const credits = creditsOf({ ...asked, model: number.model, byCampaign: false }, wonStages(playbook), bound)
      const campaign = number.campaign === undefined ? '' : `AND ${equal('k.campaign', number.campaign)}`
      const way = wayOf(playbook)
      const far =
        number.stage === null
          ? ''
          : `AND EXISTS (SELECT FROM stage_changes c WHERE c.lead_id = k.lead_id AND c.to_stage = ANY(${bind(way.slice(way.indexOf(number.stage)))}::text[]))`
      return `SELECT k.lead_id FROM (${credits}) k WHERE k.part = ${bind(number.won ? 'won' : 'began')} AND ${equal('k.channel', number.channel)} ${campaign} ${far}`
    }
  }
}
