import { milliseconds } from '../clock.ts'
import type { Timetable } from '../playbook/hours.ts'
import type { Rules } from '../playbook/keep.ts'
import { type Candidate, hash, nextRep } from '../routing/choose.ts'
import type { Arrival, PastOffer } from './arrivals.ts'
import type { Window } from './history.ts'
import type { Share } from './tally.ts'
import { type Answer, answersOf, type Member, type Team } from './team.ts'

/** One course of events: how reps stand, and what is still to come. Plain data: it waits in the job between chunks. */
export interface Lane {
  level: keyof Share
  reps: Record<string, Load>
  /** What happens next, the soonest first. */
  turns: Turn[]
  /** Leads that are offered or held. */
  inHand: Record<string, true>
  /** Parts of a lead that those nobody judged still owe, by grade. */
  owed: Record<string, number>
  unplaced: number
  /** Offers that went to the same rep and ended the same way as history's. */
  same: number
}

/** What one rep has, and what he was given within the window. */
export interface Load {
  open: number
  credit: number
  lastOfferedAt: number | null
  day: string
  today: number
  peak: number
  offers: number
  taken: number
  declined: number
  lapsed: number
  /** Answers history does not have: drawn from those it has; and what came of them. */
  drawn: number
  drawnTaken: number
  drawnLapsed: number
  /** Of history's own lapses: he would have had longer. */
  unsure: number
}

interface Play {
  arrival: Arrival
  userid: string
  /** Made within the window. */
  counts: boolean
  day: string
  tried: string[]
  past: PastOffer | null
}

export type Ending = Answer['state'] | 'gone'
export type Turn =
  | { at: number; answer: Ending; play: Play }
  | { at: number; leadId: string; stay: string; userid: string; isKnown: boolean }

/** How a placing stands. */
export interface Fate {
  leadId: string
  stay: string
  rep: string | null
  fate: 'open' | 'taken' | 'left' | 'unplaced'
}

export interface Course {
  rules: Pick<Rules, 'playbook' | 'calendar'>
  team: Team
  window: Window
  /** Of those of a grade that nobody judged, how many would have been handed to sales. */
  share(grade: string): Share
  /** Told how each placing of somebody history knows stands. */
  tell?: ((fate: Fate) => void) | undefined
}

export function newLane(level: Lane['level'], team: Team): Lane {
  const reps = team.members.map(({ userid, credit, lastOfferedAt }): [string, Load] => [
    userid,
    {
      ...{ open: 0, credit, lastOfferedAt, day: '', today: 0, peak: 0, offers: 0, taken: 0, declined: 0, lapsed: 0 },
      ...{ drawn: 0, drawnTaken: 0, drawnLapsed: 0, unsure: 0 },
    },
  ])
  return { level, reps: Object.fromEntries(reps), turns: [], inHand: {}, owed: {}, unplaced: 0, same: 0 }
}

/** Plays what is due up to a moment. */
export function playUntil(lane: Lane, at: number, course: Course): void {
  for (let turn = lane.turns[0]; turn && turn.at <= at; turn = lane.turns[0]) {
    lane.turns.shift()
    if ('play' in turn) answered(lane, turn.play, turn.answer, turn.at, course)
    else leave(lane, turn, course)
  }
}

/** A lead comes to the sales desk, in its turn. */
export function arrive(lane: Lane, arrival: Arrival, course: Course): void {
  playUntil(lane, arrival.at, course)
  if (lane.inHand[arrival.leadId] || !isHere(lane, arrival, course)) return
  const { window, rules } = course
  const { held, past, at, left } = arrival
  if (held !== null) {
    const load = lane.reps[held]
    if (!load) return
    const since = past.at(-1)?.at
    if (since) takeTurn(load, rules.calendar.dayOf(new Date(since)))
    load.open++
    load.peak = Math.max(load.peak, load.open)
    lane.inHand[arrival.leadId] = true
    if (left !== null) expect(lane, { at: left, userid: held, ...idsOf(arrival) }, course)
    course.tell?.({ ...idsOf(arrival), rep: held, fate: 'taken' })
    return
  }
  const tried = past.filter((offer) => offer.at + arrival.shift < at).map(({ userid }) => userid)
  // An offer from before the window is a fact.
  const made = at < window.from.getTime() ? past.find((offer) => offer.at + arrival.shift === at) : undefined
  if (made && lane.reps[made.userid]) give(lane, { arrival, tried, userid: made.userid, at, due: made.due }, course)
  else if (!made) offer(lane, arrival, tried, at, course)
}

/** Whom nobody judged is one of so many: the share adds up, and for each whole one a lead is placed. */
function isHere(lane: Lane, { grade }: Arrival, { share }: Course): boolean {
  if (grade === null) return true
  const owed = (lane.owed[grade] ?? 0) + share(grade)[lane.level]
  lane.owed[grade] = owed >= 0.5 ? owed - 1 : owed
  return owed >= 0.5
}

function offer(lane: Lane, arrival: Arrival, tried: string[], at: number, course: Course): void {
  const { playbook, calendar } = course.rules
  const moment = new Date(at)
  const day = calendar.dayOf(moment)
  const choice = nextRep(
    {
      lead: arrival.lead,
      tags: arrival.tags,
      candidates: candidatesOf(lane, arrival, day, at, course),
      routing: playbook.routing,
      at: moment,
      tried,
      seed: arrival.leadId,
    },
    playbook.sla.maxOffers,
  )
  if (choice.userid === null) {
    if (at >= course.window.from.getTime()) lane.unplaced++
    delete lane.inHand[arrival.leadId]
    tellKnown(course, arrival, null, 'unplaced')
    return
  }
  for (const { userid, credit } of choice.credits) Object.assign(lane.reps[userid] ?? {}, { credit })
  const due = calendar.addWorking(moment, milliseconds(playbook.sla.accept)).getTime()
  give(lane, { arrival, tried, userid: choice.userid, at, due }, course)
}

interface Given {
  arrival: Arrival
  tried: string[]
  userid: string
  at: number
  due: number
}

function give(lane: Lane, { arrival, tried, userid, at, due }: Given, course: Course): void {
  const load = lane.reps[userid] as Load
  const day = course.rules.calendar.dayOf(new Date(at))
  const counts = at >= course.window.from.getTime()
  takeTurn(load, day)
  load.open++
  load.peak = Math.max(load.peak, load.open)
  load.lastOfferedAt = at
  if (counts) load.offers++
  lane.inHand[arrival.leadId] = true
  const past = arrival.past.find((one) => one.userid === userid && !tried.includes(userid)) ?? null
  const play: Play = { arrival, userid, counts, day, tried, past }
  const { answer, when } = answerTo(lane, play, at, due, course)
  const isCut = arrival.left !== null && acceptedAt(arrival) === null && when >= arrival.left
  expect(lane, isCut ? { at: arrival.left as number, answer: 'gone', play } : { at: when, answer, play }, course)
  tellKnown(course, arrival, userid, 'open')
}

/** What he says, and when: what history has him say to this lead; else one of his own answers, the same one for this lead whatever the rules. */
function answerTo(
  lane: Lane,
  { arrival, userid, past, counts }: Play,
  at: number,
  due: number,
  { rules: { playbook, calendar }, team }: Course,
): { answer: Ending; when: number } {
  const load = lane.reps[userid] as Load
  const limit = milliseconds(playbook.sla.accept)
  const after = (ms: number) => calendar.addWorking(new Date(at), ms).getTime()
  if (past) {
    const isSameOffer = past.at === at && past.due === due
    if (isSameOffer) return { answer: endingOf(past), when: past.answeredAt ?? Number.POSITIVE_INFINITY }
    const took = calendar.workingMsBetween(new Date(past.at), new Date(past.answeredAt ?? past.due))
    const when = after(took)
    if (past.answeredAt && past.state !== 'lapsed' && when <= due) return { answer: endingOf(past), when }
    if (counts && past.state === 'lapsed' && due > past.due + arrival.shift) load.unsure++
    return { answer: 'lapsed', when: due }
  }
  const member = team.members.find((one) => one.userid === userid) as Member
  const { answers } = answersOf(member, team)
  const drawn = answers[hash(`${arrival.leadId}\0${userid}`) % answers.length] ?? { state: 'accepted', ms: 0 }
  const isInTime = drawn.state !== 'lapsed' && drawn.ms <= limit
  if (counts) {
    load.drawn++
    if (!isInTime) load.drawnLapsed++
    else if (drawn.state === 'accepted') load.drawnTaken++
  }
  return isInTime ? { answer: drawn.state, when: after(drawn.ms) } : { answer: 'lapsed', when: due }
}

/** What nobody has answered yet would lapse one day. */
const endingOf = ({ state }: PastOffer): Ending =>
  state === 'open' ? 'lapsed' : state === 'cancelled' ? 'gone' : state

function answered(lane: Lane, play: Play, answer: Ending, at: number, course: Course): void {
  const { arrival, userid, counts, past } = play
  const load = lane.reps[userid] as Load
  if (counts && past && endingOf(past) === answer) lane.same++
  if (answer === 'accepted') {
    if (counts) load.taken++
    tellKnown(course, arrival, userid, 'taken')
    const accepted = acceptedAt(arrival)
    const { left } = arrival
    const { heldMs } = course.team
    const leavesAt =
      left !== null
        ? at + Math.max(0, left - (accepted ?? at))
        : accepted === null && heldMs !== null
          ? at + heldMs
          : null
    if (leavesAt !== null) expect(lane, { at: leavesAt, userid, ...idsOf(arrival) }, course)
    return
  }
  load.open--
  if (load.day === play.day) load.today--
  if (answer === 'gone') {
    delete lane.inHand[arrival.leadId]
    tellKnown(course, arrival, userid, 'left')
    return
  }
  if (counts) load[answer]++
  offer(lane, arrival, [...play.tried, userid], at, course)
}

function leave(lane: Lane, turn: Extract<Turn, { isKnown: boolean }>, { tell }: Course): void {
  const load = lane.reps[turn.userid]
  if (load) load.open--
  delete lane.inHand[turn.leadId]
  if (turn.isKnown) tell?.({ leadId: turn.leadId, stay: turn.stay, rep: turn.userid, fate: 'left' })
}

/** When history's own rep took it, in the replay. */
function acceptedAt({ past, shift }: Arrival): number | null {
  const last = past.at(-1)
  return last?.state === 'accepted' && last.answeredAt ? last.answeredAt + shift : null
}

/** Everybody as he stands at a moment. Made once a lane and brought up to date: whoever is asked keeps nothing of it. */
function candidatesOf(lane: Lane, { friends }: Arrival, day: string, at: number, course: Course): Candidate[] {
  const people = standing.get(lane) ?? course.team.members.map((member) => standOf(member, course))
  standing.set(lane, people)
  const moment = new Date(at)
  for (const { person, hours, absences } of people) {
    const load = lane.reps[person.userid] as Load
    const absence = absences.length === 0 ? undefined : absences.find(([from, to]) => from <= at && at < to)
    person.absentUntil = absence ? new Date(absence[1]) : null
    person.onShift = hours === null || hours.covers(moment)
    person.open = load.open
    person.newToday = load.day === day ? load.today : 0
    person.credit = load.credit
    if (load.lastOfferedAt !== (person.lastOfferedAt?.getTime() ?? null))
      person.lastOfferedAt = load.lastOfferedAt === null ? null : new Date(load.lastOfferedAt)
    person.friend = friends.length > 0 && friends.includes(person.userid)
  }
  return people.map(({ person }) => person)
}

interface Stand extends Pick<Member, 'absences'> {
  person: Candidate
  /** His own; null: the house's. */
  hours: Timetable | null
}

const standing = new WeakMap<Lane, Stand[]>()

function standOf({ absences, answers: _, lastOfferedAt: __, hours, ...member }: Member, { rules }: Course): Stand {
  const now = {
    active: true,
    onShift: true,
    absentUntil: null,
    open: 0,
    newToday: 0,
    friend: false,
    lastOfferedAt: null,
  }
  return { person: { ...member, ...now }, hours: hours && rules.calendar.timetable(hours), absences }
}

function takeTurn(load: Load, day: string): void {
  load.today = load.day === day ? load.today + 1 : 1
  load.day = day
}

/** Behind everything that is due no later; what comes after the window is nobody's business here. */
function expect(lane: Lane, turn: Turn, { window }: Course): void {
  if (turn.at >= window.to.getTime()) return
  let [low, high] = [0, lane.turns.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lane.turns[middle] as Turn).at <= turn.at) low = middle + 1
    else high = middle
  }
  lane.turns.splice(low, 0, turn)
}

const idsOf = ({ leadId, stay, grade }: Arrival) => ({ leadId, stay, isKnown: grade === null })

function tellKnown({ tell }: Course, { leadId, stay, grade }: Arrival, rep: string | null, fate: Fate['fate']): void {
  if (grade === null) tell?.({ leadId, stay, rep, fate })
}
