import type { z } from 'zod'
import { milliseconds } from '../clock.ts'
import type { Config } from '../config.ts'
import type { House } from '../house.ts'
import { createModel, type Model, ModelFault } from './client.ts'
import { masked } from './mask.ts'

/** Why the model said nothing: it is off, the day's budget is spent, or it was late, broken or talked nonsense. */
export type NoHelp = 'off' | 'spent' | 'no_help'

export interface Question<Said> {
  /** What it is to do, and the shape of its answer. */
  system: string
  /** What it is about; every text in it leaves masked. */
  about: unknown
  /** What its answer must be. */
  answer: z.ZodType<Said>
  /** Names of people and companies that are known here. */
  known: readonly (string | null | undefined)[]
}

/** The one way to the model: masked on the way out, within the day's budget and the time it is given, its answer checked. */
export async function consult<Said>(
  house: House,
  { system, about, answer, known }: Question<Said>,
): Promise<{ said: Said; why: null } | { said: null; why: NoHelp }> {
  const { playbook, calendar } = await house.playbook.current()
  const { mode, within, perDay } = playbook.bot.model
  if (mode === 'off' || !house.config.model) return { said: null, why: 'off' }
  if (!(await spend(house, calendar.dayOf(house.clock.now()), perDay))) return { said: null, why: 'spent' }
  const { hidden, restore } = masked(about, known)
  try {
    const text = await modelOf(house.config).ask({ system, user: JSON.stringify(hidden) }, milliseconds(within))
    const said = answer.safeParse(restore(parse(text)))
    if (!said.success) throw new ModelFault('nonsense')
    return { said: said.data, why: null }
  } catch (error) {
    if (!(error instanceof ModelFault)) throw error
    house.log.warn({ fault: error.id }, 'the model was no help')
    return { said: null, why: 'no_help' }
  }
}

/** One call of the day's budget; false: it is spent. */
async function spend(house: House, day: string, perDay: number): Promise<boolean> {
  const rows = await house.db.query(
    `INSERT INTO model_days AS d (day, calls) SELECT $1::date, 1 WHERE $2 > 0
     ON CONFLICT (day) DO UPDATE SET calls = d.calls + 1 WHERE d.calls < $2 RETURNING 1`,
    [day, perDay],
  )
  return rows.length > 0
}

const models = new WeakMap<Config, Model>()

function modelOf(config: Config): Model {
  const made = models.get(config) ?? createModel(config.model as NonNullable<Config['model']>)
  models.set(config, made)
  return made
}

function parse(text: string): unknown {
  try {
    // Some wrap it, whatever they are told.
    return JSON.parse(text.replace(/^\s*```(?:json)?\s*|\s*```\s*$/g, ''))
  } catch {
    return null
  }
}
