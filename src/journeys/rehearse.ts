import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import type { LeadFacts, Send } from '../messages/facts.ts'
import { chooseRoute } from '../messages/route.ts'
import { standing } from '../messages/standing.ts'
import type { Rules } from '../playbook/keep.ts'
import { findEdge, target } from '../stages/edges.ts'
import { stepAfter, stepAt } from './path.ts'
import type { Journey, Step } from './schema.ts'
import { fateOf, type JourneyFacts, type Place, walk } from './step.ts'

/** Somebody who is led through a journey without anything being done. */
export interface Actor {
  leadId: string
  facts: JourneyFacts
  reach: LeadFacts
  /** Pieces by what is asked for, best first. */
  pieces(what: Extract<Step, { send: unknown }>['send']): Promise<string[]>
  seen: Set<string>
}

export interface Rehearsed {
  /** What each step came to, in the order it happened. */
  lines: { leadId: string; step: string; outcome: string; at: Date }[]
  /** When somebody would have been written to, and what put it off. */
  sends: { leadId: string; step: string; contentId: string; at: Date; putOffBy: string[] }[]
  /** How each ended; who is missing is still in it. */
  ends: Map<string, string>
}

const mostWaits = 12
/** As long as a planned piece is of use. */
const usefulMs = milliseconds('14d')

interface Play {
  house: Pick<House, 'shelves'>
  rules: Rules
  /** What every company's people were sent. */
  accounts: Map<string, Send[]>
  /** By piece. */
  words: ReadonlyMap<string, string>
  played: Rehearsed
}

interface Turn {
  actor: Actor
  place: Place
  at: Date
}

/**
 * Plays a journey in order of time over people who do nothing meanwhile, with the house's own rules for steps and for sending,
 * until `until`. Writes nothing. Sends of one company count for all of its people, as they do in earnest.
 */
export async function rehearse(
  house: Pick<House, 'shelves'>,
  rules: Rules,
  journey: Journey,
  actors: readonly Actor[],
  words: ReadonlyMap<string, string>,
  { from, until }: { from: Date; until: Date },
): Promise<Rehearsed> {
  const played: Rehearsed = { lines: [], sends: [], ends: new Map() }
  const accounts = new Map<string, Send[]>()
  const play: Play = { house, rules, accounts, words, played }
  for (const { reach } of actors) if (reach.account) accounts.set(reach.account, [...reach.accountSends])
  const turns: Turn[] = actors.map((actor) => ({
    actor,
    place: { id: actor.leadId, step: '0', since: null },
    at: from,
  }))
  for (let turn = earliest(turns); turn && turn.at <= until; turn = earliest(turns)) {
    const { actor, at, place } = turn
    const { leadId } = actor
    const leave = (why: string) => {
      played.ends.set(leadId, why)
      turns.splice(turns.indexOf(turn as Turn), 1)
    }
    const fate = fateOf(journey, from, actor.facts, at)
    if (fate) {
      leave(fate.why)
      continue
    }
    const { trail, stop } = walk(journey, place, actor.facts, at, rules.calendarIn)
    for (const line of trail) played.lines.push({ leadId, ...line, at })
    if (stop.kind === 'end') leave(stop.why)
    else if (stop.kind === 'wait')
      Object.assign(turn, { at: stop.dueAt, place: { ...place, step: stop.step, since: stop.since } })
    else {
      const step = stepAt(journey, stop.step) as Step
      const { outcome, goOnAt } = await act(play, actor, step, stop.step, at)
      played.lines.push({ leadId, step: stop.step, outcome, at })
      const next = stepAfter(journey, stop.step)
      if (next === null) leave('finished')
      else Object.assign(turn, { at: goOnAt, place: { ...place, step: next, since: null } })
    }
  }
  return played
}

const earliest = (turns: readonly Turn[]): Turn | undefined =>
  turns.reduce<Turn | undefined>((first, turn) => (first && first.at <= turn.at ? first : turn), undefined)

async function act(
  play: Play,
  actor: Actor,
  step: Step,
  path: string,
  at: Date,
): Promise<{ outcome: string; goOnAt: Date }> {
  const { facts } = actor
  if ('tag' in step) {
    const { tag } = step
    const tags = 'put' in tag ? [...facts.tags, tag.put] : facts.tags.filter((one) => !sameTag(one, tag.take))
    actor.facts = { ...facts, tags }
    return { outcome: 'put' in tag ? 'put' : 'taken', goOnAt: at }
  }
  if ('score' in step) {
    const events = new Map(facts.events)
    events.set(step.score.event, [...(facts.events.get(step.score.event) ?? []), at.getTime()])
    actor.facts = { ...facts, events }
    return { outcome: 'scored', goOnAt: at }
  }
  if ('stage' in step) {
    const edge = findEdge(play.rules.playbook, step.stage.on, facts, step.stage.to)
    if (!edge) return { outcome: 'refused:illegal_move', goOnAt: at }
    const to = target(edge, facts)
    actor.facts = { ...facts, ...to, fields: { ...facts.fields, ...to, stageAt: at } }
    return { outcome: 'moved', goOnAt: at }
  }
  if ('send' in step) return send(play, actor, step.send, path, at)
  return { outcome: 'webhook' in step ? 'called' : 'told', goOnAt: at }
}

const sameTag = (a: { group: string; name: string }, b: { group: string; name: string }): boolean =>
  a.group === b.group && a.name === b.name

async function send(
  { house, rules, accounts, words, played }: Play,
  { leadId, reach, pieces, seen }: Actor,
  what: Extract<Step, { send: unknown }>['send'],
  path: string,
  now: Date,
): Promise<{ outcome: string; goOnAt: Date }> {
  const contentId = 'content' in what ? what.content : (await pieces(what)).find((piece) => !seen.has(piece))
  if (contentId === undefined) return { outcome: 'nothing', goOnAt: now }
  const { playbook } = rules
  const wanted = { purpose: 'marketing', sender: null, recipient: null, extra: {} }
  const { reached, channel } = chooseRoute(house.shelves.channels, playbook.channels.marketing, wanted, reach, now)
  const accountSends = reach.account ? (accounts.get(reach.account) ?? []) : []
  const priority = playbook.priorities.marketing
  const putOffBy: string[] = []
  let at = now
  for (let wait = 0; ; wait++) {
    const verdict = standing(rules, {
      purpose: 'marketing',
      personal: false,
      at,
      lead: { ...reach, accountSends },
      channel,
      reached,
      seenBefore: seen.has(contentId),
      text: words.get(contentId) ?? '',
      priority,
      urgent: false,
    })
    if (verdict.allowed) break
    const { until, reason } = verdict
    if (!until || until <= at || until.getTime() >= now.getTime() + usefulMs || wait === mostWaits)
      return { outcome: `refused:${reason.id}`, goOnAt: now }
    putOffBy.push(reason.id)
    at = until
  }
  const sent: Send = {
    id: `${leadId}:${path}`,
    state: 'sent',
    purpose: 'marketing',
    channel,
    priority,
    at,
    until: null,
  }
  reach.sends.push(sent)
  accountSends.push(sent)
  seen.add(contentId)
  played.sends.push({ leadId, step: path, contentId, at, putOffBy })
  return { outcome: 'planned', goOnAt: at }
}
