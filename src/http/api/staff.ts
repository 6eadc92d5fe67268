import { z } from 'zod'
import type { Transaction } from '../../db.ts'
import { Refused } from '../../failures.ts'
import { freeHands } from '../../mirror/staff.ts'
import { type Spans, SpansSchema } from '../../playbook/hours-schema.ts'
import { audit } from '../audit.ts'
import { pageFrom } from '../page-of.ts'
import { isRole, roles } from '../principal.ts'
import { ok, type Route, route } from '../route.ts'
import { endSessionsOf } from '../sessions.ts'
import { givenTime, line, pageOf, pageQuery, time, userid } from './common.schema.ts'

export const StaffSchema = z
  .strictObject({
    userid: z.string(),
    name: z.string(),
    roles: z.array(z.enum(roles)),
    team: z.string().nullable(),
    manager: z.string().nullable(),
    capacity: z.int().nullable().meta({ description: '同时在手的线索；null 为业务规则的默认值' }),
    weight: z.int(),
    active: z.boolean(),
    inScope: z.boolean().meta({ description: '在应用的可见范围内' }),
    absentUntil: time.nullable(),
    regions: z.array(z.string()),
    industries: z.array(z.string()),
    skills: z.array(z.string()).meta({ description: '派单规则的 pool.skills 会问的词' }),
    hours: z.unknown().meta({ description: '他自己的上班时间，写法同业务规则的 hours.work；null 为跟公司一样' }),
  })
  .meta({ id: 'Staff' })

const words = z.array(line(40).min(1)).max(50)

const StaffInputSchema = z
  .strictObject({
    name: line(60).optional(),
    roles: z.array(z.enum(roles)).max(roles.length).optional(),
    team: line(60).nullable().optional(),
    manager: userid.nullable().optional(),
    capacity: z.int().min(0).max(10_000).nullable().optional(),
    weight: z.int().min(0).max(1000).optional(),
    active: z.boolean().optional(),
    absentUntil: givenTime.nullable().optional(),
    regions: words.optional(),
    industries: words.optional(),
    skills: words.optional(),
    hours: SpansSchema.nullable().optional(),
  })
  .meta({ id: 'StaffInput', description: '没写的保持不变' })

const group = '成员'
const params = z.object({ userid })

export const staffRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/staff',
    group,
    summary: '成员列表',
    who: 'everyone',
    scope: 'house',
    query: z.strictObject(pageQuery),
    answers: { 200: pageOf(StaffSchema) },
    async handle({ house, query, cursors }) {
      const page = await pageFrom(
        cursors,
        'staff',
        query,
        (after, limit) =>
          house.db.query<StaffRow>(
            `SELECT ${staffColumns} FROM staff WHERE $1::text IS NULL OR lower(userid) > $1 ORDER BY lower(userid) LIMIT $2`,
            [after?.[0] ?? null, limit],
          ),
        ({ userid }) => [userid.toLowerCase()],
        (rows) => rows.map(presentStaff),
      )
      return ok(page)
    },
  }),
  route({
    method: 'get',
    path: '/api/staff/:userid',
    group,
    summary: '一位成员',
    who: 'everyone',
    scope: 'house',
    params,
    answers: { 200: StaffSchema },
    async handle({ house, params: { userid } }) {
      const [row] = await house.db.query<StaffRow>(
        `SELECT ${staffColumns} FROM staff WHERE lower(userid) = lower($1)`,
        [userid],
      )
      if (!row) throw new Refused(404, 'staff_unknown', '没有这位成员')
      return ok(presentStaff(row))
    },
  }),
  route({
    method: 'put',
    path: '/api/staff/:userid',
    group,
    summary: '设置成员的角色、团队、负载等；没有时新建',
    who: ['admin'],
    scope: 'house',
    params,
    body: StaffInputSchema,
    answers: { 200: StaffSchema },
    async handle({ house, params: { userid }, body, principal }) {
      const now = house.clock.now()
      const row = await house.db.transaction(async (tx) => {
        await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('staff:' || lower($1), 0))", [userid])
        const [before] = await tx.query<StaffRow>(
          `SELECT ${staffColumns} FROM staff WHERE lower(userid) = lower($1) FOR UPDATE`,
          [userid],
        )
        const next = { ...(before ?? newcomer(userid)), ...body, userid: before?.userid ?? userid }
        const [written] = await tx.query<StaffRow>(
          `INSERT INTO staff (userid, name, roles, team, manager, capacity, weight, active, absent_until, regions, industries, skills, hours, created_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $13, $14, $12, $12)
           ON CONFLICT (userid) DO UPDATE SET name = excluded.name, roles = excluded.roles, team = excluded.team, manager = excluded.manager,
             capacity = excluded.capacity, weight = excluded.weight, active = excluded.active, absent_until = excluded.absent_until,
             regions = excluded.regions, industries = excluded.industries, skills = excluded.skills, hours = excluded.hours, updated_at = excluded.updated_at
           RETURNING ${staffColumns}`,
          [
            next.userid,
            next.name,
            [...new Set(next.roles)],
            next.team || null,
            next.manager || null,
            next.capacity,
            next.weight,
            next.active,
            next.absentUntil,
            next.regions,
            next.industries,
            now,
            [...new Set(next.skills)],
            next.hours === null ? null : JSON.stringify(next.hours),
          ],
        )
        const was = before ?? newcomer(userid)
        await refuseLastAdmin(tx, was, house.config.admins)
        const changed = changesOf(was, written as StaffRow)
        if (Object.keys(changed).length > 0)
          await audit(tx, house, {
            by: principal.id,
            actAs: principal.actAs,
            action: 'member-changed',
            target: next.userid,
            data: { changed },
          })
        if (!next.active) {
          await endSessionsOf(tx, next.userid)
          await freeHands(tx, house, next.userid)
        }
        return written as StaffRow
      })
      return ok(presentStaff(row))
    },
  }),
]

/** Whoever may give rights may be taken that right only while somebody else has it. @throws Refused 409 last_admin */
async function refuseLastAdmin(tx: Transaction, before: StaffRow, admins: readonly string[]): Promise<void> {
  if (admins.length > 0 || !before.roles.includes('admin')) return
  const left = await tx.query("SELECT 1 FROM staff WHERE 'admin' = ANY(roles) AND active AND in_scope LIMIT 1")
  if (left.length === 0) throw new Refused(409, 'last_admin', '至少要留一位管理员；请先给别人管理员的角色')
}

/** What is other than before, without anybody's name. */
function changesOf(before: StaffRow, after: StaffRow): Record<string, { from: unknown; to: unknown }> {
  const { name: _, ...kept } = before
  const fields = Object.keys(kept) as (keyof typeof kept)[]
  return Object.fromEntries(
    fields
      .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      .map((field) => [field, { from: before[field], to: after[field] }]),
  )
}

export interface StaffRow {
  userid: string
  name: string
  roles: string[]
  team: string | null
  manager: string | null
  capacity: number | null
  weight: number
  active: boolean
  inScope: boolean
  absentUntil: Date | null
  regions: string[]
  industries: string[]
  skills: string[]
  hours: Spans | null
}

export const staffColumns = `userid, name, roles, team, manager, capacity, weight, active, in_scope AS "inScope", absent_until AS "absentUntil", regions, industries, skills, hours`

const newcomer = (userid: string): StaffRow => ({
  userid,
  name: '',
  roles: [],
  team: null,
  manager: null,
  capacity: null,
  weight: 1,
  active: true,
  inScope: true,
  absentUntil: null,
  regions: [],
  industries: [],
  skills: [],
  hours: null,
})

/** A member as the API shows him. */
export const presentStaff = ({ absentUntil, ...row }: StaffRow) => ({
  ...row,
  roles: row.roles.filter(isRole),
  absentUntil: absentUntil?.toISOString() ?? null,
})
