import { milliseconds } from '../clock.ts'
import type { Rules } from '../playbook/keep.ts'
import type { Edge } from '../playbook/stages-schema.ts'
import { listedSource, wayToReview } from '../review/nomination.ts'
import { fitOf } from '../scoring/fit.ts'
import { gradeOf } from '../scoring/grade.ts'
import { intentAt, type ScoreDay, sumIntent } from '../scoring/intent.ts'
import { nominationRules, reasonsToReview } from '../scoring/nominate.ts'
import { leavesFrom, type Place, readReason, target } from '../stages/edges.ts'
import type { Change, History, Window } from './history.ts'

type By = Pick<Rules, 'playbook' | 'calendar'>

/** A time at the review desk. */
export interface Stay {
  at: Date
  due: Date
  handRaised: boolean
  /** Why the machine asked for it; empty where a person, or an agreed day, did. */
  why: { rule: string; text: string }[]
  grade: string
  place: Place
  endedAt: Date | null
  /** It went on to sales. */
  qualified: boolean
  /** Nobody ever judged this: what would have become of it can only be estimated. */
  unknown: boolean
}

/** A time at the sales desk. */
export interface Sale {
  /** Which of the recorded changes brought it here. */
  entered: number
  stage: string
  at: Date
  left: Date | null
  /** The recorded change that took it away; what was done by the machine alone has none. */
  leftBy: Change | null
}

export interface Replayed {
  /** Times at the review desk that touch the window, in order. */
  stays: Stay[]
  /** Moves that handed it to sales, out of review or past it. */
  qualified: Date[]
  /** Times at the sales desk that touch the window, in order. */
  sales: Sale[]
  /** The highest intent at which it was looked at and not sent to review. */
  peak: number | null
}

/** What a nomination of history led to, up to the next one. */
interface Chapter {
  at: Date
  moves: Change[]
}

/** A thing is handled a moment after it happened: what history nominated within this time is that nomination. */
const momentMs = 3_600_000

/**
 * Plays one lead's history again under given rules. What the machine decided is decided anew: whom to nominate, when, how long
 * the rest after a reason lasts, when a review is due. What people decided is taken from history: a review that comes sooner or
 * later is answered after the same working time, and what followed it keeps its distance. Pure.
 * @param current the rules in force: days before the window keep their recorded weight where the weight is the same
 */
export function replay(lead: History, by: By, current: By, window: Window): Replayed {
  return new Replay(lead, by, current, window).run()
}

class Replay {
  private place: Place | null = null
  private movedAt: Date
  private moves = 0
  private coolUntil: Date | null = null
  private coolBefore: Date | null = null
  /** One sum a day and type: caps are for the day. */
  private readonly days = new Map<string, ScoreDay>()
  private readonly stays: Stay[] = []
  private readonly qualified: Date[] = []
  private readonly sales: Sale[] = []
  private peak: number | null = null
  private readonly fit: { points: number; known: boolean }
  private readonly chapters: Chapter[] = []
  private pending: Change[] = []
  private offset = 0
  private next = 0
  private waiting: Chapter | null = null

  constructor(
    private readonly lead: History,
    private readonly by: By,
    private readonly current: By,
    private readonly window: Window,
  ) {
    const { fit, known } = fitOf(lead.profile, by.playbook.score)
    this.fit = { points: Math.round(fit), known }
    this.movedAt = lead.createdAt
    for (const { type, day, events, weight } of lead.days) {
      const isSameWeight = weightOf(by, type) === weightOf(current, type)
      this.add(type, day, isSameWeight ? weight : events * (weightOf(by, type) ?? 0))
    }
    const [before, after] = [
      lead.changes.filter(({ at }) => at < window.from),
      lead.changes.filter(({ at }) => at >= window.from),
    ]
    for (const change of before) this.stand(change, change.to, change.at)
    for (const change of after) {
      const isMachines = change.actor === 'system' && nominationRules.includes(change.rule ?? '')
      if (!isMachines) (this.chapters.at(-1)?.moves ?? this.pending).push(change)
      else if (change.to.desk === 'review') this.chapters.push({ at: change.at, moves: [] })
    }
  }

  run(): Replayed {
    const { lead, window } = this
    const early = lead.events.filter(({ at }) => at < window.from)
    for (const event of early) this.count(event)
    const moments = [
      ...lead.events.filter(({ at }) => at >= window.from),
      ...lead.touches.filter(({ at }) => at >= window.from).map(({ at }) => ({ at, type: null })),
    ].sort((a, b) => a.at.getTime() - b.at.getTime())
    for (let index = 0; ; ) {
      const moment = moments[index]
      const move = this.pending[0]
      const chapter = this.chapters[this.next]
      const [momentAt, moveAt, chapterAt] = [timeOf(moment), timeOf(move) + this.offset, timeOf(chapter)]
      const first = Math.min(momentAt, moveAt, chapterAt)
      if (first >= window.to.getTime()) break
      if (move && moveAt === first) {
        this.pending.shift()
        this.take(move, new Date(first))
      } else if (moment && momentAt === first) {
        index++
        if (moment.type === null) this.consider(moment.at, false)
        else if (weightOf(this.by, moment.type) !== undefined) {
          this.count({ at: moment.at, type: moment.type })
          this.consider(moment.at, raisesHand(this.by, moment.type))
        }
      } else if (chapter) {
        this.next++
        this.reach(chapter)
      }
    }
    const stays = this.stays.filter(({ endedAt }) => !endedAt || endedAt >= window.from)
    const sales = this.sales.filter(({ left }) => !left || left >= window.from)
    return { stays, qualified: this.qualified, sales, peak: this.peak }
  }

  /** History nominated it here. Refused, what that led to waits until these rules nominate it after all, or history does again. */
  private reach(chapter: Chapter): void {
    const stay = this.stays.at(-1)
    if (this.place?.desk === 'review' && stay) {
      this.follow(chapter, null)
      stay.unknown = false
      return
    }
    this.waiting = chapter
    this.pending = []
    this.consider(chapter.at, false)
  }

  private count({ at, type }: { at: Date; type: string }): void {
    const weight = weightOf(this.by, type)
    if (weight !== undefined) this.add(type, this.by.calendar.dayOf(at), weight)
  }

  private add(type: string, day: string, weight: number): void {
    const key = `${day} ${type}`
    this.days.set(key, { type, day, weight: weight + (this.days.get(key)?.weight ?? 0) })
  }

  private intent(at: Date): number {
    const { playbook, calendar } = this.by
    return intentAt(sumIntent([...this.days.values()], playbook.score), at, playbook.score, calendar)
  }

  /** As `considerReview` does when something happened. */
  private consider(at: Date, raised: boolean): void {
    const { playbook, calendar } = this.by
    const { place, lead } = this
    if (!lead.automatic || !place) return
    if (place.desk === 'review') {
      const stay = this.stays.at(-1)
      if (!raised || !stay || stay.handRaised) return
      stay.handRaised = true
      stay.due = earlier(stay.due, calendar.addWorking(at, milliseconds(playbook.sla.handRaise)))
      return
    }
    const way = wayToReview(playbook, place)
    if (way.length === 0) return
    const source = listedSource(playbook, this.news(at))
    const intent = this.intent(at)
    const why = reasonsToReview(
      {
        handRaised: raised,
        sourceKind: source?.kind ?? null,
        sourceChannel: source?.channel ?? null,
        intent,
        fit: this.fit.points,
        fitKnown: this.fit.known,
        coolUntil: this.coolUntil,
        at,
      },
      playbook,
    )
    if (why.length === 0) this.peak = Math.max(this.peak ?? Number.NEGATIVE_INFINITY, intent)
    else this.nominate(at, way, why)
  }

  private nominate(at: Date, way: readonly Edge[], why: Stay['why']): void {
    const coming = this.chapters[this.next]
    let [when, known] = [at, true]
    if (this.waiting) {
      const isNow = this.waiting.at.getTime() === at.getTime()
      this.follow(this.waiting, isNow ? null : at)
    } else if (coming && coming.at.getTime() - at.getTime() <= momentMs) {
      this.next++
      when = coming.at
      this.follow(coming, null)
    } else if (coming && this.pending.length === 0) {
      this.next++
      this.follow(coming, at)
    } else known = false
    for (const edge of way) this.step(target(edge, this.place), when, why, { change: null, unknown: !known })
  }

  /** Goes on with what a nomination of history led to; shifted, so that the answer takes as long in working hours. */
  private follow(chapter: Chapter, at: Date | null): void {
    this.waiting = null
    this.pending = [...chapter.moves]
    this.offset = 0
    const answer = chapter.moves.find(({ from, to }) => from?.desk === 'review' && to.desk !== 'review')
    if (!at || !answer) return
    const { calendar } = this.by
    const end = calendar.addWorking(at, calendar.workingMsBetween(chapter.at, answer.at))
    this.offset = end.getTime() - answer.at.getTime()
  }

  /** A recorded move, where these rules allow it from where the lead stands now. */
  private take(change: Change, at: Date): void {
    const { playbook } = this.by
    const edge = playbook.edges.find(({ id }) => id === change.edge)
    if (edge ? leavesFrom(edge, this.place) : !this.isEdgeNow(change) && isSame(change.from, this.place))
      this.stand(change, edge ? target(edge, this.place) : change.to, at)
  }

  /** A way that exists and the other rules do not know is closed; what never was one (a verdict taken back) is history. */
  private isEdgeNow({ edge }: Change): boolean {
    return this.current.playbook.edges.some(({ id }) => id === edge)
  }

  private stand(change: Change, to: Place, at: Date): void {
    const edge = this.by.playbook.edges.find(({ id }) => id === change.edge)
    const isTakenBack = !edge && change.rule === 'undo'
    if (isTakenBack) this.coolUntil = this.coolBefore
    else this.coolBefore = this.coolUntil
    if (edge?.coolDown) this.coolUntil = this.restsUntil(change, edge, at)
    const last = this.stays.at(-1)
    if (isTakenBack && last && to.desk === 'review') {
      last.endedAt = null
      last.qualified = false
      this.sell(to, at, change)
      this.place = to
    } else this.step(to, at, this.reasons(change), { change, unknown: false })
  }

  /** What put it there before the window is known by the rule alone. */
  private reasons({ rule, actor }: Change): Stay['why'] {
    return actor === 'system' && rule && nominationRules.includes(rule) ? [{ rule, text: '' }] : []
  }

  /** Notes when it comes to the sales desk, and when it goes. */
  private sell(to: Place, at: Date, change: Change | null): void {
    const last = this.sales.at(-1)
    if (this.place?.desk === 'sales' && to.desk !== 'sales' && last) Object.assign(last, { left: at, leftBy: change })
    if (this.place?.desk === 'sales' || to.desk !== 'sales' || !change) return
    this.sales.push({ entered: this.lead.changes.indexOf(change), stage: to.stage, at, left: null, leftBy: null })
  }

  private step(
    to: Place,
    at: Date,
    why: Stay['why'],
    { change, unknown }: { change: Change | null; unknown: boolean },
  ): void {
    const { playbook, calendar } = this.by
    const from = this.place
    this.sell(to, at, change)
    this.place = to
    this.movedAt = at
    this.moves++
    const last = this.stays.at(-1)
    if (from?.desk === 'review' && to.desk !== 'review' && last) {
      last.endedAt = at
      last.qualified = to.desk === 'sales'
      last.unknown = false
    }
    if (to.desk === 'sales' && from?.desk !== 'sales' && at >= this.window.from) this.qualified.push(at)
    if (to.desk !== 'review' || from?.desk === 'review') return
    const handRaised = why.some(({ rule }) => rule === 'hand-raise')
    this.stays.push({
      at,
      due: calendar.addWorking(at, milliseconds(handRaised ? playbook.sla.handRaise : playbook.sla.review)),
      handRaised,
      why,
      grade: gradeOf(this.fit.points, this.intent(at), playbook),
      place: to,
      endedAt: null,
      qualified: false,
      unknown,
    })
  }

  private restsUntil(change: Change, edge: Edge, at: Date): Date {
    const reason = readReason(this.by.playbook, edge.reasons ?? '', change.reason)
    const reminded = this.lead.changes.find(({ rule, at: then }) => rule === 'remind' && then > change.at)
    if (change.until) return change.until
    if (reason?.asksDate && reminded) return reminded.at
    if (reason?.asksDate && this.lead.coolUntil && this.lead.coolUntil > change.at) return this.lead.coolUntil
    return new Date(at.getTime() + (reason?.coolDownMs ?? 0))
  }

  /** Ways he came by since his last move, the latest first; of one who never moved, all since he came. */
  private news(at: Date): { kind: string; channel: string | null }[] {
    const since = this.moves > 1 ? this.movedAt.getTime() : this.lead.createdAt.getTime() - 600_001
    return this.lead.touches
      .filter((touch) => touch.at <= at && touch.at.getTime() > since)
      .reverse()
      .slice(0, 20)
  }
}

const timeOf = (one: { at: Date } | undefined): number => one?.at.getTime() ?? Number.POSITIVE_INFINITY
const earlier = (a: Date, b: Date): Date => (a < b ? a : b)
const isSame = (a: Place | null, b: Place | null): boolean => a?.stage === b?.stage && a?.desk === b?.desk
const ruleOf = ({ playbook: { score } }: By, type: string) =>
  Object.hasOwn(score.events, type) ? score.events[type] : undefined
const weightOf = (by: By, type: string): number | undefined => ruleOf(by, type)?.weight
const raisesHand = (by: By, type: string): boolean => ruleOf(by, type)?.handRaise ?? false
