import { milliseconds } from '../../clock.ts'
import { type Brief, readBrief } from '../../leads/brief.ts'
import { previewMessage } from '../../messages/preview.ts'
import { presentMessage } from '../../messages/read.ts'
import type { Principal } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'
import { idParams } from './common.schema.ts'
import { BriefSchema, WordsSchema } from './console.schema.ts'
import { MessageSchema, NewMessageSchema } from './leads.schema.ts'

export const consoleRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/leads/:id/brief',
    group: '线索',
    summary: '判断一条线索要知道的一切：标签的来历、走过的阶段、派单、资格、会派给谁、能做什么',
    who: 'everyone',
    scope: 'lead',
    params: idParams,
    answers: { 200: BriefSchema },
    async handle({ house, leadId, actor, principal }) {
      return ok(presentBrief(await readBrief(house, leadId, actor), principal, house.clock.now()))
    },
  }),
  route({
    method: 'post',
    path: '/api/leads/:id/message-preview',
    group: '消息',
    summary: '这样发会是什么：原文、通道、以谁的名义；发不了时 state 为 refused。什么都不会留下',
    who: ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm'],
    scope: 'lead',
    params: idParams,
    body: NewMessageSchema,
    answers: { 200: MessageSchema },
    audited: false,
    async handle({ house, leadId, body, actor, principal }) {
      const message = await previewMessage(house, {
        leadId,
        purpose: 'marketing',
        ...body,
        by: actor.id,
        personal: principal.userid !== null,
      })
      return ok(await presentMessage(house, message))
    },
  }),
  route({
    method: 'get',
    path: '/api/words',
    group: '业务规则',
    summary: '阶段、工位、原因、事件、成员等的名字',
    who: 'everyone',
    scope: 'house',
    answers: { 200: WordsSchema },
    async handle({ house }) {
      const [{ version, playbook }, staff, tags] = await Promise.all([
        house.playbook.current(),
        house.db.query<{ userid: string; name: string; roles: string[]; active: boolean }>(
          'SELECT userid, name, roles, active AND in_scope AS active FROM staff ORDER BY lower(userid) LIMIT 5000',
        ),
        house.db.query<{ group: string; kind: string; name: string }>(
          `SELECT gg.name AS "group", gg.kind, t.name FROM tags t JOIN tag_groups gg ON gg.id = t.group_id
           WHERE t.deleted_at IS NULL AND gg.deleted_at IS NULL ORDER BY gg.name, t.name LIMIT 2000`,
        ),
      ])
      return ok({
        version,
        company: playbook.company.short,
        stages: Object.entries(playbook.stages).map(([id, { name, half, closed }]) => ({ id, name, half, closed })),
        desks: playbook.desks,
        verdicts: Object.entries(playbook.verdicts).map(([id, { name, reasons }]) => ({ id, name, reasons })),
        reasons: Object.fromEntries(
          Object.entries(playbook.reasons).map(([id, { name, options }]) => [
            id,
            { name, options: options.map(({ id, name, coolDown, asksDate }) => ({ id, name, coolDown, asksDate })) },
          ]),
        ),
        qualification: playbook.qualification.map(({ id, label, options }) => ({
          id,
          label,
          options: options.map(({ id, name }) => ({ id, name })),
        })),
        events: Object.fromEntries(Object.entries(playbook.score.events).map(([id, { name }]) => [id, name || id])),
        rules: Object.fromEntries(playbook.routing.rules.map(({ id, name }) => [id, name])),
        accountRoles: playbook.accounts.roles.map(({ id, name }) => ({ id, name })),
        lostReasons: playbook.accounts.opportunity.lost ?? null,
        tagGroups: grouped(tags),
        staff,
        undoSeconds: Math.round(milliseconds(playbook.review.undo) / 1000),
        sandboxUrl: house.config.sandbox ? (house.config.sandboxUrl ?? null) : null,
      })
    },
  }),
]

export function presentBrief({ queue, offer, ...brief }: Brief, principal: Principal, now: Date) {
  const isClaimed = queue?.claimedUntil && queue.claimedUntil > now
  const answersForOthers = principal.roles.some((role) => role === 'admin' || role === 'manager')
  const isOwn = offer?.userid.toLowerCase() === principal.userid?.toLowerCase()
  return {
    ...brief,
    queue: queue && {
      queuedAt: queue.queuedAt,
      dueAt: queue.dueAt,
      why: queue.why,
      playbookVersion: queue.playbookVersion,
      handRaised: queue.handRaised,
      claimedBy: isClaimed ? queue.claimedBy : null,
      claimedUntil: isClaimed ? queue.claimedUntil : null,
    },
    offer: offer && { ...offer, mine: offer.state === 'open' && (isOwn || answersForOthers) },
  }
}

function grouped(tags: readonly { group: string; kind: string; name: string }[]) {
  const groups = new Map<string, { name: string; kind: string; tags: string[] }>()
  for (const { group, kind, name } of tags) {
    const known = groups.get(group) ?? { name: group, kind, tags: [] }
    groups.set(group, { ...known, tags: [...known.tags, name] })
  }
  return [...groups.values()]
}
