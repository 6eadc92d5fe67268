import type { House } from '../house.ts'
import type { Menu } from '../messages/channel.ts'
import type { Heard } from './hear.ts'

/** A menu nobody answered for this long is forgotten. */
const freshMs = 3_600_000
const digits = '一二三四五六七八九十'

/** The line somebody means who writes its number under the menu we showed him last; undefined: he means something else. */
export async function lineOfMenu(house: House, { leadId, text }: Heard): Promise<string | undefined> {
  const number = numberOf(text)
  if (leadId === null || number === null) return undefined
  const [last] = await house.db.query<{ menu: Menu | null }>(
    `SELECT body -> 'menu' AS menu FROM messages WHERE lead_id IN (SELECT lead_family(lead_root($1))) AND purpose IN ('answer', 'welcome') AND state = 'sent'
       AND created_at > $2 ORDER BY created_at DESC, id DESC LIMIT 1`,
    [leadId, new Date(house.clock.now().getTime() - freshMs)],
  )
  return last?.menu?.lines[number - 1]?.id
}

/** 2, 第二个, 选 2, 二. */
function numberOf(text: string): number | null {
  const [, said] =
    /^(?:第|选|我选|要)?\s*(\d{1,2}|[一二三四五六七八九十])\s*(?:个|项|号)?[\s.。、!！]*$/.exec(
      text.normalize('NFKC').trim(),
    ) ?? []
  if (!said) return null
  return /^\d/.test(said) ? Number(said) : digits.indexOf(said) + 1
}
