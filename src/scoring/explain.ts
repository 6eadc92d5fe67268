import type { Calendar } from '../playbook/hours.ts'
import type { Playbook } from '../playbook/schema.ts'
import { type FitFacts, fitOf, type ScoreLine } from './fit.ts'
import { gradeOf, totalOf } from './grade.ts'
import { capped, intentAt, type ScoreDay, shownIntent, sumIntent } from './intent.ts'

/** A number people see, and lines in whole points that add up to it. `day` is the business day of an event. */
export interface Explained {
  points: number
  lines: (ScoreLine & { day?: string })[]
}

export interface ScoreExplained {
  fit: Explained
  intent: Explained
  total: Explained
  grade: string
}

/** Why a lead has its score: every point has a line. `days` are all there are, with the number of events in each. */
export function explainScore(
  facts: { lead: FitFacts; days: readonly (ScoreDay & { events: number })[]; at: Date },
  playbook: Pick<Playbook, 'score'>,
  calendar: Pick<Calendar, 'dayOf'>,
): ScoreExplained {
  const { score } = playbook
  const { fit, lines: fitLines } = fitOf(facts.lead, score)
  const exact = intentAt(sumIntent(facts.days, score), facts.at, score, calendar)
  const intent = shownIntent(exact)
  const today = calendar.dayOf(facts.at)

  const events = [...facts.days]
    .sort((a, b) => (a.day === b.day ? (a.type < b.type ? -1 : 1) : a.day < b.day ? 1 : -1))
    .map(({ type, day, weight, events: count }) => {
      const points = capped(type, weight, score)
      const now = intentAt(sumIntent([{ type, day, weight }], score), facts.at, score, calendar)
      return { text: eventText(type, count, points !== weight, daysBetween(day, today), playbook), points: now, day }
    })
  const lines: Explained['lines'] = wholePoints(events, Math.round(exact))
  const cut = intent - Math.round(exact)
  if (cut < 0) lines.push({ text: '意向最多显示 100 分', points: cut })
  if (cut > 0) lines.push({ text: '意向最少显示 0 分', points: cut })

  const total = totalOf(fit, exact)
  const halves = [
    { text: `契合度 ${fit} 的一半`, points: fit / 2 },
    { text: `意向 ${intent} 的一半`, points: intent / 2 },
  ]
  return {
    fit: { points: fit, lines: fitLines },
    intent: { points: intent, lines: lines.filter((line) => line.points !== 0) },
    total: { points: total, lines: wholePoints(halves, total) },
    grade: gradeOf(fit, exact, playbook),
  }
}

function eventText(
  type: string,
  count: number,
  isCapped: boolean,
  age: number,
  { score }: Pick<Playbook, 'score'>,
): string {
  const rule = Object.hasOwn(score.events, type) ? score.events[type] : undefined
  const name = `${rule?.name || type}${count > 1 ? ` ×${count}` : ''}`
  const when = age <= 0 ? '今天' : age === 1 ? '昨天' : `${age} 天前`
  return `${name}（${when}${isCapped ? '，按当日上限计' : ''}）`
}

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** Rounds each line so that together they make `sum`: down first, then up where most was cut off (largest remainder). */
function wholePoints<Line extends ScoreLine>(lines: readonly Line[], sum: number): Line[] {
  const whole = lines.map((line) => ({ ...line, points: Math.floor(line.points) }))
  let missing = sum - whole.reduce((total, { points }) => total + points, 0)
  const byRemainder = lines
    .map(({ points }, index) => ({ index, rest: points - Math.floor(points) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index)
  for (let turn = 0; missing !== 0 && byRemainder.length > 0; turn++) {
    const line = whole[(byRemainder[turn % byRemainder.length] as { index: number }).index] as Line
    const step = Math.sign(missing)
    line.points += step
    missing -= step
  }
  return whole
}
