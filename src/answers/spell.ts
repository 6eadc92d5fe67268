import type { Transaction } from '../db.ts'
import { gramsOf } from './grams.ts'
import { loadSounds } from './sounds.ts'

/** What ways of asking are made of, row by row. */
export interface Indexed {
  grams: string[]
  asks: number[]
  weights: number[]
}

/** Spells ways of asking; done before a transaction, since the dictionary may have to be read. */
export async function indexOf(asks: readonly string[]): Promise<Indexed> {
  const sounds = await loadSounds()
  const rows = asks.flatMap((ask, number) =>
    [...gramsOf(ask, sounds).all].map(([gram, weight]) => ({ gram, number, weight })),
  )
  return {
    grams: rows.map(({ gram }) => gram),
    asks: rows.map(({ number }) => number),
    weights: rows.map(({ weight }) => weight),
  }
}

/** Puts an answer where questions like it are looked for. */
export async function writeIndex(tx: Transaction, id: string, { grams, asks, weights }: Indexed): Promise<void> {
  await tx.query('DELETE FROM answer_grams WHERE answer_id = $1', [id])
  await tx.query(
    'INSERT INTO answer_grams (gram, answer_id, ask, weight) SELECT gram, $1, ask, weight FROM unnest($2::text[], $3::int[], $4::real[]) AS t(gram, ask, weight)',
    [id, grams, asks, weights],
  )
}
