import { wantLiveCode } from '../../src/codes/make.ts'
import type { Transaction } from '../../src/db.ts'
import type { House } from '../../src/house.ts'
import { newId } from '../../src/ids.ts'
import { sumScores } from '../../src/leads/note.ts'
import { openLeads } from '../../src/leads/open.ts'
import { record } from '../../src/leads/record.ts'
import { putTags } from '../../src/leads/tags.ts'

/** One person of the sample company's past year, as plain JSON; times are ISO strings. */
export interface SamplePerson {
  externalUserId: string | null
  unionid: string | null
  name: string
  company: string
  title: string
  industry: string
  region: string
  size: number
  mobile: string | null
  source: { channel: string; campaign: string; state: string | null }
  friends: { userid: string; addWay: number; state: string | null; at: string; deletedByCustomer: boolean }[]
  tags: { group: string; name: string }[]
  stage: string
  desk: string
  owner: string | null
  recycleCount: number
  history: {
    at: string
    edge: string
    stage: string
    desk: string
    by: string
    reason: string | null
    note: string | null
  }[]
  behaviours: { at: string; type: string; about: string | null }[]
  createdAt: string
}

const people = [
  ['SunLi', '孙丽', ['admin'], '信息部', null],
  ['ChenJing', '陈静', ['manager'], '销售部', null],
  ['WangMin', '王敏', ['mdr'], '市场部', 'ChenJing'],
  ['ZhaoQian', '赵倩', ['mdr'], '市场部', 'ChenJing'],
  ['LiLei', '李雷', ['sales'], '销售部', 'ChenJing'],
  ['HanMeimei', '韩梅梅', ['sales'], '销售部', 'ChenJing'],
  ['ZhangWei', '张伟', ['sales'], '销售部', 'ChenJing'],
  ['LiuYang', '刘洋', ['sales'], '销售部', 'ChenJing'],
  ['ZhouTao', '周涛', ['csm'], '客户成功部', 'ChenJing'],
] as const
const channelNames: Record<string, string> = {
  live_code: '渠道活码',
  form: '官网表单',
  event: '展会',
  content: '内容转发',
  referral: '老客户转介绍',
  import: '导入',
}
/** What a newcomer can scan; the corp makes them as soon as it is asked. */
const liveCodes = [
  {
    name: '宁波工博会 展台',
    staff: ['WangMin'],
    tags: [{ group: '来源', name: '展会' }],
    source: { channel: '展会', campaign: '2026 宁波工博会' },
  },
  {
    name: '官网右下角',
    staff: ['ZhaoQian'],
    tags: [{ group: '来源', name: '官网表单' }],
    source: { channel: '官网表单', campaign: '官网' },
  },
  { name: '老客户转介绍', staff: ['WangMin', 'ZhaoQian'], source: { channel: '老客户转介绍', campaign: '转介绍计划' } },
]
const territories: Record<string, [regions: string[], industries: string[]]> = {
  LiLei: [['浙江'], ['制造']],
  HanMeimei: [['江苏', '上海'], []],
  ZhangWei: [['广东', '福建'], []],
  LiuYang: [[], []],
}

/** Fills a database with the sample company: its people and some three hundred leads with their past. */
export async function seedSampleCompany(house: House, persons: readonly SamplePerson[]): Promise<number> {
  return house.db.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('seed'))")
    const [taken] = await tx.query('SELECT 1 FROM sample_leads LIMIT 1')
    if (taken) return 0
    await seedStaff(tx, house)
    const opened = await openLeads(
      tx,
      house,
      persons.map((person, index) => ({
        identities: [
          ...(person.externalUserId ? [{ kind: 'externalUserId' as const, value: person.externalUserId }] : []),
          ...(person.unionid ? [{ kind: 'unionid' as const, value: person.unionid }] : []),
          ...(person.mobile ? [{ kind: 'mobile' as const, value: person.mobile }] : []),
        ],
        fields: {
          name: person.name,
          company: person.company,
          title: person.title,
          industry: person.industry,
          region: person.region,
          size: String(person.size),
        },
        source: {
          kind: person.source.channel,
          channel: channelNames[person.source.channel] ?? person.source.channel,
          campaign: person.source.campaign,
          state: person.source.state,
        },
        at: new Date(person.createdAt),
        by: 'system',
        key: `sample:${index}`,
      })),
    )
    const stories = persons.map((person, index) => ({ person, leadId: opened[index]?.leadId ?? '' }))
    await putTags(
      tx,
      house,
      stories.flatMap(({ person, leadId }) => person.tags.map((tag) => ({ leadId, ...tag, by: 'system' }))),
    )
    await tx.query('DELETE FROM tombstones WHERE erasure IS NULL')
    await tx.query(
      'INSERT INTO sample_leads (lead_id) SELECT DISTINCT id FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING',
      [stories.map(({ leadId }) => leadId)],
    )
    // They were put when the person came, not when the sample was loaded.
    const leadIds = stories.map(({ leadId }) => leadId)
    await tx.query('UPDATE lead_tags t SET at = l.created_at FROM leads l WHERE l.id = t.lead_id AND l.id = ANY($1)', [
      leadIds,
    ])
    await tx.query(
      "UPDATE timeline t SET at = l.created_at FROM leads l WHERE l.id = t.lead_id AND t.kind = 'tag' AND l.id = ANY($1)",
      [leadIds],
    )
    await seedFollows(tx, stories)
    await seedHistory(tx, house, stories)
    await seedBehaviours(tx, house, stories)
    await seedDesks(tx, house, stories)
    for (const code of liveCodes) await wantLiveCode(tx, house, { kind: 'live', by: 'SunLi', ...code })
    return stories.length
  })
}

type Story = { person: SamplePerson; leadId: string }

async function seedStaff(tx: Transaction, house: House): Promise<void> {
  const now = house.clock.now()
  for (const [userid, name, roles, team, manager] of people) {
    const [regions, industries] = territories[userid] ?? [[], []]
    await tx.query(
      `INSERT INTO staff (userid, name, roles, team, manager, regions, industries, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
       ON CONFLICT (userid) DO UPDATE SET name = excluded.name, roles = excluded.roles, team = excluded.team, manager = excluded.manager, regions = excluded.regions, industries = excluded.industries`,
      [userid, name, roles, team, manager, regions, industries, now],
    )
  }
}

async function seedFollows(tx: Transaction, stories: readonly Story[]): Promise<void> {
  const rows = stories.flatMap(({ person, leadId }) =>
    person.externalUserId
      ? person.friends.map((friend) => ({ ...friend, leadId, external: person.externalUserId }))
      : [],
  )
  await tx.query(
    `INSERT INTO follows (userid, external_userid, lead_id, state, add_way, way_state, started_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::text[], $7::timestamptz[]) ON CONFLICT DO NOTHING`,
    [
      rows.map((row) => row.userid),
      rows.map((row) => row.external),
      rows.map((row) => row.leadId),
      rows.map((row) => (row.deletedByCustomer ? 'deleted_by_customer' : 'full')),
      rows.map((row) => row.addWay),
      rows.map((row) => row.state),
      rows.map((row) => row.at),
    ],
  )
}

async function seedHistory(tx: Transaction, house: House, stories: readonly Story[]): Promise<void> {
  const { version } = await house.playbook.current()
  // The intake stands already; what came after it is written as it was.
  const steps = stories.flatMap(({ person, leadId }) => {
    const seen = { stage: person.history[0]?.stage ?? '', desk: person.history[0]?.desk ?? '' }
    return person.history.slice(1).map((step, index) => {
      const from = { ...seen }
      Object.assign(seen, { stage: step.stage, desk: step.desk })
      return { ...step, leadId, seq: index + 2, from, noteId: step.note ? newId(house.clock) : null }
    })
  })
  const noted = steps.filter((step) => step.noteId)
  await tx.query(
    `INSERT INTO notes (id, lead_id, by, at, kind, body) SELECT id, lead, by, at, 'reason', body FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[]) AS t(id, lead, by, at, body)`,
    [
      noted.map((step) => step.noteId),
      noted.map((step) => step.leadId),
      noted.map((step) => step.by),
      noted.map((step) => step.at),
      noted.map((step) => step.note),
    ],
  )
  // The trigger links each change to the one before it, so they go in one number after the other.
  for (let seq = 2; steps.some((step) => step.seq === seq); seq++) {
    const now = steps.filter((step) => step.seq === seq)
    await tx.query(
      `INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, reason, note_id, playbook_version, at)
       SELECT lead, $2, edge, fs, fd, ts, td, actor, reason, note, $3, at
       FROM unnest($1::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[], $12::timestamptz[]) AS t(lead, edge, fs, fd, ts, td, actor, reason, note, at)`,
      [
        now.map((step) => step.leadId),
        seq,
        version,
        now.map((step) => step.edge),
        now.map((step) => step.from.stage),
        now.map((step) => step.from.desk),
        now.map((step) => step.stage),
        now.map((step) => step.desk),
        now.map((step) => step.by),
        now.map((step) => step.reason),
        now.map((step) => step.noteId),
        now.map((step) => step.at),
      ],
    )
  }
  await record(
    tx,
    steps.map((step) => ({
      leadId: step.leadId,
      at: new Date(step.at),
      kind: 'stage',
      actor: step.by,
      key: String(step.seq),
      data: {
        seq: step.seq,
        edge: step.edge,
        from: `${step.from.stage}@${step.from.desk}`,
        to: `${step.stage}@${step.desk}`,
        reason: step.reason,
        playbookVersion: version,
      },
    })),
  )
  await tx.query(
    `UPDATE leads l SET stage = t.stage, desk = t.desk, owner = t.owner, recycle_count = t.recycled, stage_seq = t.seq, stage_at = t.at, updated_at = t.at
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::timestamptz[]) AS t(id, stage, desk, owner, recycled, seq, at) WHERE l.id = t.id`,
    [
      stories.map(({ leadId }) => leadId),
      stories.map(({ person }) => person.stage),
      stories.map(({ person }) => person.desk),
      stories.map(({ person }) => person.owner),
      stories.map(({ person }) => person.recycleCount),
      stories.map(({ person }) => person.history.length),
      stories.map(({ person }) => person.history.at(-1)?.at ?? person.createdAt),
    ],
  )
}

async function seedBehaviours(tx: Transaction, house: House, stories: readonly Story[]): Promise<void> {
  const { playbook, calendar } = await house.playbook.current()
  const done = stories.flatMap(({ person, leadId }) =>
    person.behaviours.map((behaviour, index) => ({ ...behaviour, leadId, index })),
  )
  await record(
    tx,
    done.map((one) => ({
      leadId: one.leadId,
      at: new Date(one.at),
      kind: `event:${one.type}`,
      key: `sample:${one.index}`,
      data: one.about ? { about: one.about } : {},
    })),
  )
  const days = new Map<string, { leadId: string; type: string; day: string; events: number; weight: number }>()
  for (const one of done) {
    const rule = playbook.score.events[one.type]
    if (!rule) continue
    const day = calendar.dayOf(new Date(one.at))
    const key = `${one.leadId}\0${one.type}\0${day}`
    const sum = days.get(key) ?? { leadId: one.leadId, type: one.type, day, events: 0, weight: 0 }
    days.set(key, { ...sum, events: sum.events + 1, weight: sum.weight + rule.weight })
  }
  const sums = [...days.values()]
  await tx.query(
    'INSERT INTO score_days (lead_id, type, day, events, weight) SELECT * FROM unnest($1::uuid[], $2::text[], $3::date[], $4::int[], $5::int[])',
    [
      sums.map((sum) => sum.leadId),
      sums.map((sum) => sum.type),
      sums.map((sum) => sum.day),
      sums.map((sum) => sum.events),
      sums.map((sum) => sum.weight),
    ],
  )
  const raised = new Map<string, Date>()
  for (const one of done) if (playbook.score.events[one.type]?.handRaise) raised.set(one.leadId, new Date(one.at))
  await sumScores(
    tx,
    house,
    stories.map(({ leadId }) => leadId),
    raised,
  )
}

/** Who waits at which desk: the review queue, accepted offers, the age of what is being sold, tags to bring to WeCom. */
async function seedDesks(tx: Transaction, house: House, stories: readonly Story[]): Promise<void> {
  const { version } = await house.playbook.current()
  const now = house.clock.now()
  // Whoever waits since yesterday was told of yesterday: a newcomer's phone stays quiet.
  await tx.query(
    `INSERT INTO review_queue (lead_id, hand_raised, s, queued_at, due_at, why, playbook_version, warned)
     SELECT l.id, coalesce(s.hand_raise_at >= l.stage_at - interval '1 day', false), s.s, l.stage_at, l.stage_at + CASE WHEN s.hand_raise_at >= l.stage_at - interval '1 day' THEN interval '15 minutes' ELSE interval '4 hours' END,
       jsonb_build_array(jsonb_build_object('rule', CASE WHEN s.hand_raise_at >= l.stage_at - interval '1 day' THEN 'hand-raise' ELSE 'source' END,
         'text', CASE WHEN s.hand_raise_at >= l.stage_at - interval '1 day' THEN '主动要求演示' ELSE '来自 ' || coalesce(l.last_source ->> 'campaign', '渠道') END)), $2, 2
     FROM leads l JOIN scores s ON s.lead_id = l.id WHERE l.id = ANY($1) AND l.desk = 'review' ON CONFLICT DO NOTHING`,
    [stories.map(({ leadId }) => leadId), version],
  )
  // What stands in the queue is asked there; older hands were answered long ago.
  await tx.query('UPDATE scores SET hand_raise_at = NULL WHERE lead_id = ANY($1)', [
    stories.map(({ leadId }) => leadId),
  ])
  await tx.query(
    `INSERT INTO offers (id, lead_id, userid, state, round, rule, why, playbook_version, offered_at, due_at, answered_at, answered_by, first_contact_at, introduced_at)
     SELECT gen_random_uuid(), l.id, l.owner, 'accepted', 1, 'sample', '[]', $2, l.stage_at, l.stage_at + interval '30 minutes', l.stage_at, l.owner, l.stage_at + interval '2 hours', l.stage_at
     FROM leads l WHERE l.id = ANY($1) AND l.desk = 'sales' AND l.owner IS NOT NULL`,
    [stories.map(({ leadId }) => leadId), version],
  )
  await tx.query(
    "INSERT INTO follow_ups (lead_id, touched_at) SELECT id, greatest(stage_at, $2::timestamptz - interval '2 days') FROM leads WHERE id = ANY($1) AND desk = 'sales' AND owner IS NOT NULL",
    [stories.map(({ leadId }) => leadId), now],
  )
  await tx.query(
    'UPDATE follows f SET stage_wish = l.stage, wish_at = $2 FROM leads l WHERE l.id = f.lead_id AND f.lead_id = ANY($1)',
    [stories.map(({ leadId }) => leadId), now],
  )
}
