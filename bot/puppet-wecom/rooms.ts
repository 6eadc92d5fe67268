import type { payloads } from 'wechaty-puppet'
import type { House } from '../../src/house.ts'
import { type GroupChat, getGroupChat } from '../../src/wecom/groups.ts'

const mostRooms = 1_000
/** Wechaty asks for each member of a group by himself; WeCom is asked once. */
const freshMs = 30_000

/** Customer groups: seen, never changed. WeCom's API makes none and says nothing in one. */
export interface Rooms {
  list(): Promise<string[]>
  read(id: string): Promise<GroupChat>
  /** @throws Error when he is not in it */
  member(roomId: string, id: string): Promise<payloads.RoomMember>
  forget(id: string): void
}

export function roomsOf(house: House): Rooms {
  const known = new Map<string, { at: number; group: Promise<GroupChat> }>()
  const read = (id: string): Promise<GroupChat> => {
    const now = house.clock.now().getTime()
    for (const [other, { at }] of known) if (now - at >= freshMs) known.delete(other)
    const held = known.get(id) ?? { at: now, group: getGroupChat(house.wecom, id) }
    known.set(id, held)
    held.group.catch(() => known.delete(id))
    return held.group
  }
  return {
    read,
    forget: (id) => void known.delete(id),
    async list() {
      const rows = await house.db.query<{ id: string }>(
        `SELECT chat_id AS id FROM group_chats WHERE dismissed_at IS NULL ORDER BY chat_id LIMIT ${mostRooms}`,
      )
      return rows.map(({ id }) => id)
    },
    async member(roomId, id) {
      const one = (await read(roomId)).member_list.find(({ userid }) => userid === id)
      if (!one) throw new Error(`他不在这个群里：${id}`)
      return { id, name: one.name || '未留姓名', avatar: '' }
    },
  }
}

export const roomPayload = ({ chat_id, name, owner, member_list, admin_list }: GroupChat): payloads.Room => ({
  id: chat_id,
  topic: name,
  ...(owner ? { ownerId: owner } : {}),
  adminIdList: admin_list.map(({ userid }) => userid),
  memberIdList: member_list.map(({ userid }) => userid),
  external: true,
})

interface Standing {
  topic: string
  version: string
  members: readonly string[]
}

export type RoomEvent =
  | { event: 'room-join'; roomId: string; people: string[] }
  | { event: 'room-leave'; roomId: string; people: string[] }
  | { event: 'room-topic'; roomId: string; from: string; to: string }

/** What changed in the mirror's groups between one look and the next; the first look only learns how they stand. */
export function roomWatch(house: House): () => Promise<RoomEvent[]> {
  let before: Map<string, Standing> | null = null
  return async () => {
    const rows = await house.db.query<{ id: string; topic: string; version: string }>(
      `SELECT chat_id AS id, name AS topic, coalesce(member_version, '') AS version FROM group_chats
       WHERE dismissed_at IS NULL AND stale_since IS NULL ORDER BY chat_id LIMIT ${mostRooms}`,
    )
    const moved = rows.filter(({ id, version }) => before?.get(id)?.version !== version).map(({ id }) => id)
    const members = new Map(
      (moved.length === 0
        ? []
        : await house.db.query<{ id: string; members: string[] }>(
            'SELECT chat_id AS id, array_agg(member ORDER BY member) AS members FROM group_members WHERE chat_id = ANY($1) GROUP BY 1',
            [moved],
          )
      ).map(({ id, members }) => [id, members]),
    )
    const events: RoomEvent[] = []
    // A group that is being fetched anew is looked at when it is there.
    const now = new Map(before)
    for (const { id, topic, version } of rows) {
      const was = before?.get(id)
      const is = { topic, version, members: moved.includes(id) ? (members.get(id) ?? []) : (was?.members ?? []) }
      now.set(id, is)
      if (before === null) continue
      const joined = is.members.filter((one) => !was?.members.includes(one))
      const left = was?.members.filter((one) => !is.members.includes(one)) ?? []
      if (joined.length > 0) events.push({ event: 'room-join', roomId: id, people: joined })
      if (left.length > 0) events.push({ event: 'room-leave', roomId: id, people: left })
      if (was && was.topic !== topic) events.push({ event: 'room-topic', roomId: id, from: was.topic, to: topic })
    }
    before = now
    return events
  }
}
