import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { isBotThere, leftLyingMs } from './bot-lease.ts'
import { type Heard, hear } from './hear.ts'

const atOnce = 50
const inFlight = 4
const leaseMs = 60_000
const mostTries = 6

interface Hearing {
  /** False: nobody's next line is waited for. */
  patient?: boolean
  /** Who answers; absent: the skills themselves, and where a bot is there only what it left lying. */
  listen?: ((heard: Heard) => Promise<void>) | undefined
}

interface Row {
  id: string
  who: string
  leadId: string | null
  userid: string | null
  openKfId: string | null
  text: string
  kind: string
  menuId: string | null
  key: string
  saidAt: Date
  receivedAt: Date
  burst: string
  tries: number
}

/**
 * Hears what was said, one burst after the other in each conversation. A death in the middle of an answer leaves the burst as it
 * was, so that it is heard again as the same words, and its effects are found done.
 * @returns true when there is more to do at once
 */
export async function hearDue(house: House, { patient = true, listen }: Hearing = {}): Promise<boolean> {
  const { playbook } = await house.playbook.current()
  const now = house.clock.now()
  const left = listen === undefined && (await isBotThere(house)) ? leftLyingMs : 0
  const ago = (span: string) => new Date(now.getTime() - (patient ? milliseconds(span) : 0) - left)
  const rows = await claim(house, [
    now,
    ago(playbook.bot.quiet),
    ago(playbook.bot.longest),
    new Date(now.getTime() + leaseMs),
  ])
  const byBurst = new Map<string, Row[]>()
  for (const row of rows) byBurst.set(row.burst, [...(byBurst.get(row.burst) ?? []), row])
  const bursts = [...byBurst.values()]
  const waiting = [...bursts]
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      await hearBurst(house, next, listen ?? ((heard) => hear(house, heard)))
  }
  await Promise.all(Array.from({ length: Math.min(inFlight, waiting.length) }, work))
  return bursts.length > 0
}

/** Takes what is ripe, one worker after the other: what was tapped at once, words after a pause. A conversation somebody is answering is left to him. */
function claim(house: House, moments: readonly [now: Date, quiet: Date, longest: Date, until: Date]): Promise<Row[]> {
  return house.db.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('hearings', 0))")
    return tx.query<Row>(
      `WITH ripe AS (
       SELECT who, (array_agg(id ORDER BY received_at, id))[1] AS first FROM hearings WHERE burst IS NULL GROUP BY who
       HAVING who LIKE 'staff:%' OR bool_or(menu_id IS NOT NULL) OR max(received_at) <= $2 OR min(received_at) <= $3
       ORDER BY min(received_at) LIMIT ${atOnce}
     ), free AS (
       SELECT h.id, ripe.first AS burst FROM hearings h JOIN ripe ON ripe.who = h.who
       WHERE h.burst IS NULL AND NOT EXISTS (SELECT FROM hearings taken WHERE taken.who = h.who AND taken.burst IS NOT NULL)
       UNION ALL
       (SELECT id, burst FROM hearings WHERE burst IS NOT NULL AND claimed_until <= $1 ORDER BY claimed_until LIMIT ${atOnce})
     )
     UPDATE hearings h SET burst = free.burst, claimed_until = $4, tries = h.tries + 1 FROM free WHERE h.id = free.id
     RETURNING h.id, h.who, h.lead_id AS "leadId", h.userid, h.open_kfid AS "openKfId", h.text, h.kind, h.menu_id AS "menuId", h.key, h.said_at AS "saidAt", h.received_at AS "receivedAt", h.burst, h.tries`,
      [...moments],
    )
  })
}

/** WeCom tells whole seconds; within one, as they came. */
const inOrder = (a: Row, b: Row): number =>
  a.saidAt.getTime() - b.saidAt.getTime() || a.receivedAt.getTime() - b.receivedAt.getTime() || (a.key < b.key ? -1 : 1)

async function hearBurst(house: House, rows: readonly Row[], listen: (heard: Heard) => Promise<void>): Promise<void> {
  const lines = [...rows].sort(inOrder)
  const first = lines.find(({ id, burst }) => id === burst) ?? lines[0]
  const last = lines.at(-1)
  if (!first || !last) return
  const ids = rows.map(({ id }) => id)
  try {
    await listen({
      speaker: first.who.startsWith('staff:') ? 'staff' : 'customer',
      leadId: first.leadId,
      userid: first.userid ?? undefined,
      openKfId: first.openKfId ?? undefined,
      text: lines.map(({ text }) => text).join('\n'),
      kind: last.kind,
      menuId: lines.findLast(({ menuId }) => menuId !== null)?.menuId ?? undefined,
      at: last.saidAt,
      key: first.key,
    })
  } catch (error) {
    house.log.error({ burst: first.burst, leadId: first.leadId, err: error }, 'words not heard')
    if (first.tries < mostTries) {
      const again = new Date(house.clock.now().getTime() + 1000 * 2 ** first.tries)
      await house.db.query('UPDATE hearings SET claimed_until = $2 WHERE id = ANY($1)', [ids, again])
      return
    }
  }
  await house.db.query('DELETE FROM hearings WHERE id = ANY($1)', [ids])
}
