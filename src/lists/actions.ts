import type { Actor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { enrol } from '../journeys/enrol.ts'
import type { Reacher } from '../leads/reach.ts'
import { staffName } from '../leads/staff-name.ts'
import { putTags, takeTags } from '../leads/tags.ts'
import { advanceLocked } from '../offers/give-back.ts'
import { findSegment } from '../segments/library.ts'
import { addMembers } from '../segments/members.ts'
import { handOverLocked, tellHandedOver } from '../team/hand-over.ts'

interface Tag {
  group: string
  name: string
}

/** What may be done with many leads at once. */
export type Action =
  | { do: 'tag'; put: readonly Tag[]; take: readonly Tag[] }
  | { do: 'assign'; to: string; anyway: boolean; note?: string | undefined }
  | { do: 'enrol'; journey: string }
  | { do: 'segment'; segment: string }
  | { do: 'advance'; to: string; reason?: string | undefined }

export interface Doing<Wish = Action> {
  wish: Wish
  leadIds: readonly string[]
  by: Actor
  reacher: Reacher
}

interface Kind<Wish> {
  /** Leads in one transaction; one at a time where the rules may refuse one of them. */
  atOnce: number
  /** Does it, and says for whom it was refused and why. @throws Refused for all of them */
  run(tx: Transaction, house: House, doing: Doing<Wish>): Promise<ReadonlyMap<string, string>>
  /** What is due once, when something was done; repeating it must change nothing. */
  finish?(tx: Transaction, house: House, all: { job: string; wish: Wish; by: Actor; done: number }): Promise<void>
}

type Wish<Name extends Action['do']> = Extract<Action, { do: Name }>
const nobody: ReadonlyMap<string, string> = new Map()

/** Each kind of work with how it is done. A new one is one entry here, and its fields in the API's schema. */
export const actions: { [Name in Action['do']]: Kind<Wish<Name>> } = {
  tag: {
    atOnce: 200,
    async run(tx, house, { wish, leadIds, by }) {
      const { playbook } = await house.playbook.current()
      if ([...wish.put, ...wish.take].some(({ group }) => group === playbook.stageTagGroup))
        throw new Refused(422, 'stage_tag', `「${playbook.stageTagGroup}」跟着阶段走，请改变阶段`)
      const changes = (tags: readonly Tag[]) =>
        leadIds.flatMap((leadId) => tags.map((tag) => ({ leadId, ...tag, by: by.id })))
      await takeTags(tx, house, changes(wish.take))
      await putTags(tx, house, changes(wish.put))
      return nobody
    },
  },
  assign: {
    atOnce: 1,
    async run(tx, house, { wish, leadIds, by, reacher }) {
      const { to, anyway, note } = wish
      for (const leadId of leadIds) await handOverLocked(tx, house, { leadId, to, anyway, note, by, reacher })
      return nobody
    },
    /** One word for all of them. */
    async finish(tx, house, { job, wish, by, done }) {
      const reason = `${await staffName(tx, by.id)} 把 ${done} 条线索交给您跟进`
      await tellHandedOver(tx, house, { key: job, to: wish.to, leadId: null, reason })
    },
  },
  enrol: {
    atOnce: 200,
    async run(tx, house, { wish: { journey }, leadIds, by }) {
      const answers = await enrol(
        tx,
        house,
        leadIds.map((leadId) => ({ journey, leadId, by: by.id, chosen: true })),
      )
      return new Map(answers.flatMap(({ leadId, why }) => (why ? [[leadId, why.message]] : [])))
    },
  },
  segment: {
    atOnce: 500,
    async run(tx, house, { wish, leadIds }) {
      await addMembers(tx, house, await findSegment(tx, wish.segment), leadIds)
      return nobody
    },
  },
  advance: {
    atOnce: 1,
    async run(tx, house, { wish, leadIds, by }) {
      for (const leadId of leadIds) await advanceLocked(tx, house, leadId, wish, by)
      return nobody
    },
  },
}

export const kindOf = (wish: Action): Kind<Action> => actions[wish.do] as Kind<Action>
