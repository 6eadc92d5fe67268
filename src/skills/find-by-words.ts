import { loadSounds, type Sounds, spelt } from '../answers/sounds.ts'
import type { House } from '../house.ts'
import { listLeads } from '../leads/list.ts'
import { leadsWithin, type Reacher } from '../leads/reach.ts'
import { simplified } from '../simplified.ts'

const mostFound = 6
/** The latest names that are listened to when nothing is written as asked. */
const mostHeard = 2_000

/**
 * Ids of leads within somebody's reach: by name, company, title or a whole mobile as written, else in simplified characters,
 * else by the sound of a name: zhangsan, zs or 张珊 for 张三. Newest first.
 */
export async function findByWords(house: House, me: Reacher, words: string): Promise<string[]> {
  const within = (first: number) => leadsWithin(me, first)
  const plain = (await simplified(words.normalize('NFKC'))).trim()
  for (const q of new Set([words, plain])) {
    const found = await listLeads(house, { q }, { within, after: null, limit: mostFound })
    if (found.length > 0) return found.map(({ id }) => id)
  }
  const sounds = await loadSounds()
  const isMeant = listenFor(plain, sounds)
  if (!isMeant) return []
  const { sql, values } = leadsWithin(me, 1)
  const names = await house.db.query<{ id: string; name: string }>(
    `SELECT l.id, l.name FROM leads l WHERE l.merged_into IS NULL AND l.name <> '' AND ${sql} ORDER BY l.updated_at DESC LIMIT ${mostHeard}`,
    values,
  )
  return names
    .filter(({ name }) => isMeant(name))
    .slice(0, mostFound)
    .map(({ id }) => id)
}

/** Null: what was written can be no name's sound. */
function listenFor(words: string, sounds: Sounds): ((name: string) => boolean) | null {
  const letters = words.toLowerCase().replace(/\s+/g, '')
  const isHan = /^\p{Script=Han}{2,4}$/u.test(words)
  const wanted = isHan ? sounds(words) : /^[a-z]{2,24}$/.test(letters) ? (spelt([letters]) ?? []) : null
  if (wanted === null) return null
  const whole = wanted.join(' ')
  return (name) => {
    if (!/^\p{Script=Han}{2,8}$/u.test(name)) return false
    const heard = sounds(name)
    return heard.join(' ') === whole || (!isHan && heard.map(([initial]) => initial).join('') === letters)
  }
}
