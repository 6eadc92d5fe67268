import { afterAll, beforeAll, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { measureContent } from '../../../src/content/measure.ts'
import { lockLead } from '../../../src/leads/lock.ts'
import { mergeLeads, splitLead } from '../../../src/leads/merge.ts'
import { reliedOn } from '../../../src/messages/effect.ts'
import { type ContentInput, saveContent } from '../../../src/messages/library.ts'
import { pickContent } from '../../../src/messages/pick.ts'
import { plan } from '../../../src/messages/plan.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { befriend, openLead } from '../../support/people.ts'
import { type TestServer, testServer } from '../../support/server.ts'

const day = 86_400_000
const clock = movableClock(thursdayMorning)
let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase({ poolSize: 20 }), clock })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/LiLei', { roles: ['sales'] })
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
})
afterAll(() => api.close())

let serial = 0
const friend = async () => {
  const externalUserId = `wm-${++serial}`
  const leadId = await openLead(house, {
    identities: [{ kind: 'externalUserId', value: externalUserId }],
    fields: { name: `客户${serial}` },
  })
  await befriend(house, leadId, 'LiLei', externalUserId)
  return leadId
}
const piece = async (more: Partial<ContentInput> = {}) =>
  (
    await saveContent(
      house,
      { kind: 'text', title: `案例 ${++serial}`, body: '请看', stages: ['MAL'], ...more },
      'test',
    )
  ).id
const send = (leadId: string, contentId: string) =>
  house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, leadId)
    return plan(tx, house, {
      key: `k-${++serial}`,
      leadId: lead.id,
      purpose: 'marketing',
      contentId,
      by: 'test',
      personal: true,
    })
  })

test('a piece outside its time, or out of use, is neither picked nor sent; within it, it is', async () => {
  const leadId = await friend()
  const at = (days: number) => new Date(clock.now().getTime() + days * day)
  const early = await piece({ validFrom: at(2) })
  const late = await piece({ validUntil: at(1) })
  const retired = await piece()
  await api.call('POST', `/api/content/${retired}/retire`, { retired: true })
  const picked = async () =>
    (await pickContent(house.db, house, leadId, { limit: 200 })).map(({ contentId }) => contentId)
  expect((await picked()).filter((id) => [early, late, retired].includes(id))).toEqual([late])
  expect((await send(leadId, retired)).reason).toMatchObject({
    id: 'not_valid',
    message: expect.stringContaining('停用'),
  })
  expect((await send(leadId, early)).reason?.message).toContain('还没到')
  clock.advance(2 * day)
  expect((await send(leadId, late)).reason?.message).toContain('有效期')
  expect((await picked()).filter((id) => [early, late, retired].includes(id))).toEqual([early])
  await api.call('POST', `/api/content/${retired}/retire`, { retired: false })
  expect((await send(leadId, retired)).state).toBe('planned')
})

test('versions are kept; an old one comes back as a new one, and what a file says comes back as the file', async () => {
  const make = (body: string) => ({ kind: 'article', title: '指南', body, stages: ['MAL'] })
  const { id } = (await api.call('POST', '/api/content', make('甲'), { as: 'WangMin' })).json
  await api.call('PUT', `/api/content/${id}`, make('乙'), { as: 'WangMin' })
  expect((await api.call('PUT', `/api/content/${id}`, make('乙'), { as: 'WangMin' })).json.version).toBe(2)
  expect((await api.call('POST', `/api/content/${id}/restore`, { version: 1 })).json).toEqual({ id, version: 3 })
  const { items } = (await api.call('GET', `/api/content/${id}/versions`)).json
  expect(
    items.map((one: { version: number; body: string; current: boolean }) => [one.version, one.body, one.current]),
  ).toEqual([
    [3, '甲', true],
    [2, '乙', false],
    [1, '甲', false],
  ])
  expect((await api.call('POST', `/api/content/${id}/restore`, { version: 9 })).status).toBe(404)
  const faults = { ...make('甲'), kind: 'pdf' }
  expect((await api.call('POST', '/api/content', faults)).json.error.details).toEqual([
    { field: 'file', message: '请上传 PDF' },
  ])
})

test('the matrix counts what may be sent, and where nobody wrote for somebody stands a nought', async () => {
  await piece({ stages: ['RENEWAL'], audiences: ['仓库'] })
  await piece({ stages: ['RENEWAL'], audiences: ['仓库'], validUntil: new Date(clock.now().getTime() - day) })
  const { audiences, stages } = (await api.call('GET', '/api/content/matrix')).json
  const row = stages.find(({ stage }: { stage: string }) => stage === 'RENEWAL')
  expect(row.counts[audiences.indexOf('仓库')]).toBe(1)
  expect(stages.map(({ stage }: { stage: string }) => stage)).not.toContain('CHURNED')
  const elsewhere = stages.find(({ stage }: { stage: string }) => stage === 'MAL')
  expect(elsewhere.counts[audiences.indexOf('仓库')]).toBe(0)
})

test('one piece reaches one person once, however many plan at once, while he and another turn out to be one', async () => {
  for (let round = 0; round < 6; round++) {
    const [a, b, contentId] = [await friend(), await friend(), await piece()]
    const merged = house.db.transaction((tx) => mergeLeads(tx, house, a, b, 'test'))
    const tries = Array.from({ length: 6 }, (_, index) => send(index % 2 ? a : b, contentId))
    const rows = await Promise.all(tries)
    await merged
    rows.push(await send(a, contentId), await send(b, contentId))
    const live = await house.db.query<{ n: number }>(
      `SELECT count(*) AS n FROM messages WHERE content_id = $1 AND lead_id = ANY($2) AND state = 'planned'`,
      [contentId, [a, b]],
    )
    expect(live[0]?.n).toBeLessThanOrEqual(1)
    expect(rows.filter(({ state }) => state === 'refused').every(({ reason }) => reason?.id === 'seen_before')).toBe(
      true,
    )
  }
})

test('what an alias was sent holds for whom he became even where nobody asked first, and no longer after a split', async () => {
  const [a, b, contentId] = [await friend(), await friend(), await piece()]
  const sent = await send(b, contentId)
  await house.db.query(`UPDATE messages SET state = 'sent', sent_at = $2 WHERE id = $1`, [sent.id, clock.now()])
  await house.db.transaction((tx) => mergeLeads(tx, house, a, b, 'test'))
  const copy = (leadId: string) =>
    house.db.query(
      `INSERT INTO messages (id, key, lead_id, purpose, content_id, channel, state, body, due_at, planned_by, playbook_version, created_at)
       SELECT gen_random_uuid(), gen_random_uuid(), $2, purpose, content_id, channel, 'planned', body, due_at, planned_by, playbook_version, created_at FROM messages WHERE id = $1`,
      [sent.id, leadId],
    )
  await expect(copy(a)).rejects.toThrow(/messages_once/)
  await house.db.transaction((tx) => splitLead(tx, house, b, 'test'))
  await expect(copy(b)).rejects.toThrow(/messages_once/)
  await copy(a)
})

test('of pieces that fit alike, the one that moved people on goes first, and says so; small numbers are called small', async () => {
  const [good, poor, few] = [await piece(), await piece(), await piece()]
  const sentAt = new Date(clock.now().getTime() - 20 * day)
  const got = async (contentId: string, count: number, read: number, moved: number) => {
    for (let index = 0; index < count; index++) {
      const leadId = await openLead(house)
      const row = await send(leadId, contentId)
      await house.db.query(`UPDATE messages SET state = 'sent', sent_at = $2 WHERE id = $1`, [row.id, sentAt])
      if (index < read)
        await house.db.query(
          `INSERT INTO visits (id, content_id, content_version, lead_id, opened_at, seen_at, read_at) VALUES (gen_random_uuid(), $1, 1, $2, $3, $3, $3)`,
          [contentId, leadId, new Date(sentAt.getTime() + 3_600_000)],
        )
      if (index < moved)
        await house.db.query(
          `INSERT INTO stage_changes (lead_id, seq, edge, from_stage, from_desk, to_stage, to_desk, actor, playbook_version, at)
           VALUES ($1, 2, 'verdict-mql', 'MAL', 'nurture', 'MQL', 'sales', 'test', 1, $2)`,
          [leadId, new Date(sentAt.getTime() + 2 * day)],
        )
    }
  }
  clock.set(sentAt)
  await got(good, 30, 25, 10)
  await got(poor, 30, 25, 1)
  await got(few, 2, 2, 2)
  clock.set(new Date(sentAt.getTime() + 20 * day))
  while (await measureContent(house));
  const [before] = await house.db.query('SELECT * FROM content_effect WHERE content_id = $1', [good])
  expect(before).toMatchObject({
    stage: 'MAL',
    received: 30,
    opened: 25,
    read: 25,
    known: 30,
    moved: 10,
    read_moved: 10,
  })
  await measureContent(house)
  expect(await house.db.query('SELECT * FROM content_effect WHERE content_id = $1', [good])).toEqual([before])
  const picked = (await pickContent(house.db, house, await friend(), { limit: 200 })).filter(({ contentId }) =>
    [good, poor, few].includes(contentId),
  )
  expect(picked.map(({ contentId }) => contentId)).toEqual([good, few, poor])
  expect(picked[0]?.reason).toContain('同阶段读过的人 40% 有推进（25 人）')
  expect(picked[1]?.reason).toContain('同阶段只有 2 人读过，效果还看不准')
})

test('what is relied on grows with the people it is known of, and three of three is not a hundred percent', () => {
  expect(reliedOn({ known: 3, moved: 3 }, 0.1)).toBeLessThan(reliedOn({ known: 100, moved: 40 }, 0.1))
  expect(reliedOn({ known: 0, moved: 0 }, 0.1)).toBeLessThan(0.1)
  expect(reliedOn({ known: 1000, moved: 400 }, 0.1)).toBeGreaterThan(reliedOn({ known: 100, moved: 40 }, 0.1))
})
