import type { Score } from '../playbook/score-schema.ts'

export interface FitFacts {
  industry?: string | null | undefined
  title?: string | null | undefined
  region?: string | null | undefined
  size?: string | null | undefined
  company?: string | null | undefined
}

export interface ScoreLine {
  /** Chinese, for people. */
  text: string
  points: number
}

export interface Fit {
  /** 0–100; the lines add up to it. */
  fit: number
  /** Whether we know anything at all of what is asked. */
  known: boolean
  lines: ScoreLine[]
}

/** Whether this is the right customer. Does not decay; what nobody told us counts as neither good nor bad. */
export function fitOf(lead: FitFacts, rules: Pick<Score, 'fit'>): Fit {
  let known = false
  const lines = rules.fit.map(({ field, name, unknown, otherwise, values }): ScoreLine => {
    const told = lead[field]?.trim()
    if (!told) return { text: `${name}：未知，按中间分`, points: unknown }
    known = true
    const value = values.find(({ match, atLeast }) =>
      match ? match.some((word) => told.toLowerCase().includes(word.toLowerCase())) : reaches(told, atLeast),
    )
    return value
      ? { text: `${name}：${told}${value.name ? `（${value.name}）` : ''}`, points: value.points }
      : { text: `${name}：${told}`, points: otherwise }
  })
  return { fit: lines.reduce((sum, { points }) => sum + points, 0), known, lines }
}

function reaches(told: string, least: number | undefined): boolean {
  const first = /\d+(?:\.\d+)?/.exec(told.replaceAll(/(?<=\d)[,，](?=\d{3})/g, ''))?.[0]
  return least !== undefined && first !== undefined && Number(first) >= least
}
