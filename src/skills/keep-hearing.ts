import { milliseconds } from '../clock.ts'
import type { House } from '../house.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { idFrom } from '../leads/record.ts'
import type { Heard } from './hear.ts'

/** Rows are stamped by the clock of whoever writes them. */
const justAfterMs = 20

/** Keeps words for whoever hears them: once, however often the event that brought them is handled. */
export async function keepHearing(house: House, heard: Heard): Promise<void> {
  const { speaker, leadId, openKfId, key, text, kind, at } = heard
  const userid = heard.userid ?? null
  const { playbook } = await house.playbook.current()
  // A member's commands are each their own; a customer's lines belong together.
  const who = speaker === 'staff' ? `staff:${key}` : `customer:${leadId}:${openKfId ?? ''}`
  await house.db.transaction(async (tx) => {
    const now = house.clock.now()
    if (!(await isFirstTime(tx, `heard ${key}`, now))) return
    await tx.query(
      `INSERT INTO hearings (id, who, lead_id, userid, open_kfid, text, kind, key, said_at, received_at, menu_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
      [
        idFrom(`hearing\0${key}`),
        who,
        leadId,
        userid,
        openKfId ?? null,
        text,
        kind,
        key,
        at,
        now,
        heard.menuId ?? null,
      ],
    )
    tx.afterCommit(() => wakeWhenQuiet(house, playbook.bot.quiet))
  })
}

/** Once now, for whom nothing is waited for, and once when he has paused: the sweep would come up to a second later. */
function wakeWhenQuiet({ wake }: House, quiet: string): void {
  wake.up('hear')
  setTimeout(() => wake.up('hear'), milliseconds(quiet) + justAfterMs).unref()
}
