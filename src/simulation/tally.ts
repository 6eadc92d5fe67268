import type { Rules } from '../playbook/keep.ts'
import type { Window } from './history.ts'
import { noPromises, type Promises } from './promises.ts'
import type { Replayed, Stay } from './replay.ts'

/** What a run under one set of rules comes to, in numbers that add up over chunks of leads. */
export interface Tally {
  nominations: number
  leads: number
  byRule: Record<string, number>
  reviewed: number
  mql: number
  late: number
  waiting: number
  byGrade: Record<string, Grade>
  promises: Promises
}

interface Grade {
  judged: number
  qualified: number
  late: number
  /** Nominations nobody ever judged. */
  unknown: number
}

/** A number that is known in part: the rest by the share of those of like grade, with Wilson's interval at 95 %. */
export interface Estimated {
  known: number
  estimated: number
  low: number
  high: number
}

export const emptyTally = (): Tally => ({
  nominations: 0,
  leads: 0,
  byRule: {},
  reviewed: 0,
  mql: 0,
  late: 0,
  waiting: 0,
  byGrade: {},
  promises: noPromises(),
})

/** Whether nobody had answered a stay when its time was over. */
export const isLate = ({ due, endedAt }: Stay, { to }: Pick<Window, 'to'>): boolean => due < (endedAt ?? to)

/** The machine's own nominations within the window. */
export const nominationsOf = ({ stays }: Replayed, { from }: Pick<Window, 'from'>): Stay[] =>
  stays.filter(({ at, why }) => at >= from && why.length > 0)

/** Adds one lead. */
export function count(tally: Tally, played: Replayed, window: Window): void {
  const nominations = nominationsOf(played, window)
  tally.nominations += nominations.length
  if (nominations.length > 0) tally.leads++
  for (const { why } of nominations) {
    const rule = why[0]?.rule ?? ''
    tally.byRule[rule] = (tally.byRule[rule] ?? 0) + 1
  }
  tally.mql += played.qualified.length
  for (const stay of played.stays) {
    tally.byGrade[stay.grade] ??= { judged: 0, qualified: 0, late: 0, unknown: 0 }
    const grade = tally.byGrade[stay.grade] as Grade
    if (stay.unknown) {
      grade.unknown++
      continue
    }
    if (isLate(stay, window)) tally.late++
    if (!stay.endedAt) {
      tally.waiting++
      continue
    }
    tally.reviewed++
    grade.judged++
    if (stay.qualified) grade.qualified++
    if (isLate(stay, window)) grade.late++
  }
}

/** Fewer than this of one grade, or answers of one rep, say nothing; then those of the same fit are asked, then all. */
export const fewest = 5

/** What is known, and an estimate of what would have become of those nobody judged. */
export function estimate(tally: Tally, what: 'qualified' | 'late'): Estimated {
  const known = what === 'qualified' ? tally.mql : tally.late
  let [estimated, low, high] = [0, 0, 0]
  for (const [id, { unknown }] of Object.entries(tally.byGrade)) {
    if (unknown === 0) continue
    const share = shareOf(tally, id, what)
    estimated += unknown * share.middle
    low += unknown * share.low
    high += unknown * share.high
  }
  return { known, estimated: tenth(estimated), low: tenth(low), high: tenth(high) }
}

/** What became of those of a grade who were judged, or of as many like them as it takes to say so. */
export function shareOf(tally: Tally, id: string, what: 'qualified' | 'late'): Share {
  const all = Object.entries(tally.byGrade)
  const groups = [all.filter(([other]) => other === id), all.filter(([other]) => other[0] === id[0]), all]
  const asked = (groups.find((group) => sum(group, 'judged') >= fewest) ?? all) as typeof all
  return wilson(sum(asked, what), sum(asked, 'judged'))
}

/** A share, and between what it may lie. */
export interface Share {
  middle: number
  low: number
  high: number
}

/** Wilson's score interval at 95 %; of nothing, everything is possible. `middle` is the share itself. */
export function wilson(hits: number, of: number): Share {
  if (of === 0) return { middle: 0.5, low: 0, high: 1 }
  const z = 1.96
  const share = hits / of
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of)
  const reach = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  return { middle: share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) }
}

export interface Difference {
  outcome: 'only-changed' | 'only-current' | 'different'
  why: string
}

/** How a lead fares differently under the changed rules, in Chinese; null: it does not. */
export function differ(current: Told, changed: Told, window: Window): Difference | null {
  const [before, after] = [current, changed].map(({ played }) => nominationsOf(played, window)) as [Stay[], Stay[]]
  if (sign(current, window) === sign(changed, window)) return null
  const outcome =
    after.length === 0 && before.length > 0
      ? 'only-current'
      : before.length === 0 && after.length > 0
        ? 'only-changed'
        : 'different'
  return { outcome, why: `现行：${say(current, window)}。改后：${say(changed, window)}。` }
}

interface Told {
  played: Replayed
  rules: Pick<Rules, 'playbook' | 'calendar'>
}

const minuteOf = (at: Date | null): number | null => at && Math.floor(at.getTime() / 60_000)

const sign = ({ played }: Told, window: Window): string =>
  JSON.stringify(
    played.stays.map((stay) => [
      minuteOf(stay.at),
      stay.why.map(({ rule }) => rule),
      stay.unknown || [minuteOf(stay.endedAt), stay.qualified, isLate(stay, window)],
    ]),
  )

function say({ played, rules: { calendar, playbook } }: Told, window: Window): string {
  if (played.stays.length === 0)
    return played.peak === null
      ? '没有可以提名的时候'
      : `没有提名，意向最高 ${Math.round(played.peak)} 分（门槛 ${playbook.review.threshold} 分）`
  return played.stays
    .slice(0, 3)
    .map((stay) => {
      const why = stay.why.map(({ text, rule }) => text || rule).join('、') || '由人送审'
      const end = stay.unknown
        ? '没有人判断过'
        : `${stay.endedAt ? `${calendar.say(stay.endedAt)} ${stay.qualified ? '交给销售' : '离开审核'}` : '还在等'}${isLate(stay, window) ? '，超时' : ''}`
      return `${calendar.say(stay.at)} 进审核（${why}），应在 ${calendar.say(stay.due)} 前审完，${end}`
    })
    .join('；')
}

const sum = (grades: readonly (readonly [string, Grade])[], what: 'judged' | 'qualified' | 'late'): number =>
  grades.reduce((total, [, grade]) => total + grade[what], 0)
export const tenth = (number: number): number => Math.round(number * 10) / 10
