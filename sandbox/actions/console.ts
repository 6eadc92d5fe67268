import { z } from 'zod'
import { deleteTags } from '../api/tags.ts'
import { type EventFields, verifyCallback } from '../callbacks.ts'
import { noFaults, roughFaults } from '../faults.ts'
import { staffOf } from '../people.ts'
import { settleTransfers } from '../transferring.ts'
import type { TagGroup } from '../world.ts'
import { action, Impossible } from './definition.ts'

const faults = z.object({
  variety: z.boolean(),
  callbacks: z
    .object({
      duplicate: z.number(),
      lose: z.number(),
      reorderMs: z.number(),
      delayMs: z.number(),
      unknown: z.number(),
      omit: z.number(),
    })
    .partial(),
  lagMs: z.number(),
  writeMs: z.number(),
  untrustedIp: z.boolean(),
  kfEmptyPages: z.number(),
  api: z.array(
    z.object({
      path: z.string(),
      errcode: z.number().int().optional(),
      slowMs: z.number().optional(),
      drop: z.enum(['before', 'after']).optional(),
      probability: z.number().optional(),
      count: z.number().int().optional(),
    }),
  ),
  jsapi: z.array(z.object({ name: z.string(), words: z.string() })),
})

/** What the administrator does in WeCom's own console, and what whoever runs the sandbox does to the world. */
export const consoleActions = {
  /** Adds tags (and their group) by hand: events go out, and apps may not change them. */
  consoleAddsTags: action(z.object({ group: z.string(), tags: z.array(z.string()).min(1) }), (wecom, input) => {
    let group = wecom.world.tagGroups.find((item) => item.name === input.group)
    if (!group) {
      const fresh: TagGroup = {
        id: wecom.id('etQxAAAA', 26),
        name: input.group,
        createdAt: wecom.now(),
        order: 0,
        madeBy: 'console',
        tags: [],
      }
      group = fresh
      wecom.world.tagGroups.push(fresh)
      tagEvent('create', fresh.id, 'tag_group')
    }
    for (const name of input.tags) {
      if (group.tags.some((tag) => tag.name === name)) throw new Impossible('这个标签已存在')
      const tag = { id: wecom.id('etQxAAAA', 26), name, createdAt: wecom.now(), order: 0, madeBy: 'console' as const }
      group.tags.push(tag)
      tagEvent('create', tag.id, 'tag')
    }
    return { group_id: group.id, tags: group.tags.filter((tag) => input.tags.includes(tag.name)) }

    function tagEvent(ChangeType: string, Id: string, TagType: string) {
      wecom.emit({ Event: 'change_external_tag', ChangeType, Id, TagType })
    }
  }),

  consoleRenamesTag: action(z.object({ id: z.string(), name: z.string().min(1).max(30) }), (wecom, input) => {
    const group = wecom.world.tagGroups.find((item) => item.id === input.id)
    const target = group ?? wecom.world.tagGroups.flatMap((item) => item.tags).find((tag) => tag.id === input.id)
    if (!target) throw new Impossible('没有这个标签')
    target.name = input.name
    wecom.emit({
      Event: 'change_external_tag',
      ChangeType: 'update',
      Id: input.id,
      TagType: group ? 'tag_group' : 'tag',
    })
    return {}
  }),

  /** Deleting a group does not tell about each of its tags. */
  consoleDeletesTag: action(z.object({ id: z.string() }), (wecom, input) => {
    const group = wecom.world.tagGroups.some((item) => item.id === input.id)
    deleteTags(wecom, [input.id])
    wecom.emit({
      Event: 'change_external_tag',
      ChangeType: 'delete',
      Id: input.id,
      TagType: group ? 'tag_group' : 'tag',
    })
    return {}
  }),

  /** Switches on WeCom's own welcome for a member: from then on no WelcomeCode comes for him. */
  consoleSetsWelcome: action(z.object({ userid: z.string(), on: z.boolean() }), (wecom, input) => {
    const person = staffOf(wecom, input.userid)
    if (!person) throw new Impossible('没有这位成员')
    person.consoleWelcome = input.on
    return {}
  }),

  addStaff: action(
    z.object({
      userid: z.string(),
      name: z.string(),
      position: z.string().default(''),
      departments: z.array(z.number().int()).default([1]),
      follows: z.boolean().default(true),
      inScope: z.boolean().default(true),
      active: z.boolean().default(true),
      realNamed: z.boolean().default(true),
      gender: z.union([z.literal(1), z.literal(2)]).default(1),
    }),
    (wecom, input) => {
      if (staffOf(wecom, input.userid)) throw new Impossible('这个 userid 已被使用')
      wecom.world.staff.push(input)
      if (input.inScope) wecom.emit({ FromUserName: input.userid, Event: 'subscribe', AgentID: wecom.settings.agentId })
      return {}
    },
  ),

  /** Another app of the corp is faster. */
  otherAppTakesWelcome: action(z.object({ code: z.string() }), (wecom, input) => {
    const code = wecom.world.welcomeCodes[input.code]
    if (!code) throw new Impossible('没有这个欢迎语凭证')
    code.usedBy ??= 'other app'
    return {}
  }),

  /** Any event at all, the product's unknowns included. `FromUserName` is `sys` unless given. */
  emitEvent: action(z.object({ fields: z.record(z.string(), z.unknown()) }), (wecom, input) => {
    wecom.emit(input.fields as EventFields)
    return {}
  }),

  /** Tokens die early, as they may in the real world. */
  killTokens: action(z.object({}), (wecom) => {
    for (const token of Object.values(wecom.world.tokens)) token.killed = true
    return {}
  }),

  setFaults: action(z.union([z.object({ preset: z.enum(['calm', 'rough']) }), faults.partial()]), (wecom, input) => {
    if ('preset' in input) wecom.faults = input.preset === 'rough' ? roughFaults() : noFaults()
    else {
      const { callbacks, ...rest } = input
      wecom.faults = { ...wecom.faults, ...rest, callbacks: { ...wecom.faults.callbacks, ...callbacks } }
    }
    return wecom.faults
  }),

  /** Moves the sandbox clock ahead; whatever falls due happens. */
  advance: action(z.object({ ms: z.number().nonnegative() }), (wecom, input) => {
    wecom.world.clockAheadMs += input.ms
    settleTransfers(wecom)
    return { now: new Date(wecom.now()).toISOString() }
  }),

  /** Saves the callback form: the URL is checked on the spot, as the real console does. */
  saveCallback: action(z.object({ url: z.string() }), async (wecom, input) => {
    const result = await verifyCallback(wecom, input.url)
    if (result.ok) wecom.settings.callbackUrl = input.url
    return result
  }),

  grantKf: action(
    z.object({ add: z.array(z.string()).default([]), remove: z.array(z.string()).default([]) }),
    (wecom, input) => {
      wecom.emit({
        Event: 'kf_account_auth_change',
        AuthAddOpenKfId: input.add.length ? input.add : undefined,
        AuthDelOpenKfId: input.remove.length ? input.remove : undefined,
      })
      return {}
    },
  ),
}
