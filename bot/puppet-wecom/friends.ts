import { type payloads, types } from 'wechaty-puppet'
import type { House } from '../../src/house.ts'

/** Told of at once; the rest at the next look. */
const atOnce = 200

/** New relations since the last look, as ids, oldest first. WeCom tells whole seconds, so the last one is looked at again. */
export function friendWatch(house: House): () => Promise<string[]> {
  let newest = house.clock.now()
  let told = new Set<string>()
  return async () => {
    const rows = await house.db.query<{ id: string; at: Date }>(
      `SELECT userid || ':' || external_userid AS id, started_at AS at FROM follows
       WHERE state IN ('full', 'half') AND started_at >= $1 AND userid || ':' || external_userid <> ALL($2)
       ORDER BY started_at, 1 LIMIT ${atOnce}`,
      [newest, [...told]],
    )
    for (const { id, at } of rows) {
      if (at > newest) told = new Set()
      newest = at
      told.add(id)
    }
    return rows.map(({ id }) => id)
  }
}

/** Somebody became a member's friend; nobody can be added by the API. @throws Error when there is no such relation */
export async function readFriendship(house: House, id: string): Promise<payloads.Friendship> {
  const [userid = '', contactId = ''] = id.split(/:(.*)/s)
  const [row] = await house.db.query<{ at: Date }>(
    'SELECT started_at AS at FROM follows WHERE userid = $1 AND external_userid = $2',
    [userid, contactId],
  )
  if (!row) throw new Error(`没有这段好友关系：${id}`)
  return { id, contactId, timestamp: row.at.getTime(), type: types.Friendship.Confirm }
}
