import { beforeAll, beforeEach, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { setConsent } from '../../../src/leads/consent.ts'
import { type ContentInput, saveContent } from '../../../src/messages/library.ts'
import { type PlanRequest, plan } from '../../../src/messages/plan.ts'
import { previewMessage } from '../../../src/messages/preview.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'

const clock = movableClock(thursdayMorning)
let house: TestHouse
let leadId: string
let serial = 0
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  await addStaff(house, 'LiLei', ['sales'], { name: '李雷' })
})
beforeEach(async () => {
  leadId = await openLead(house, { identities: [{ kind: 'externalUserId', value: `wm-${++serial}` }] })
  await befriend(house, leadId, 'LiLei', `wm-${serial}`)
})
const piece = (more: Partial<ContentInput> = {}) =>
  saveContent(house, { kind: 'article', title: '标题', body: '头一段。\n\n后一段。', stages: ['MAL'], ...more }, 'test')
const planned = (contentId: string, more: Partial<PlanRequest> = {}) =>
  house.db.transaction((tx) =>
    plan(tx, house, {
      key: `l-${++serial}`,
      leadId,
      purpose: 'marketing',
      contentId,
      by: 'test',
      personal: true,
      ...more,
    }),
  )
const links = () => house.db.query('SELECT code, content_id, purpose, sender FROM links WHERE lead_id = $1', [leadId])

test('a piece with a page travels as a link of the lead’s own, with the words that go with it', async () => {
  const { id } = await piece({ say: '{{ lead.name | default: "您" }}看看这个' })
  const row = await planned(id)
  expect(row.body).toMatchObject({
    text: '您看看这个',
    attachments: [{ kind: 'link', title: '标题', url: `http://127.0.0.1:3000/s/${row.link}` }],
  })
  expect(await links()).toEqual([{ code: row.link, content_id: id, purpose: 'marketing', sender: 'LiLei' }])
})

test('without such words the opening of the piece goes with the link', async () => {
  expect((await planned((await piece()).id)).body.text).toBe('头一段。')
})

test('a text is itself the message; what lies elsewhere is gone to by a link of ours, so that opening it is known', async () => {
  const text = await planned((await piece({ kind: 'text' })).id)
  expect(text).toMatchObject({ link: null, body: { text: '头一段。\n\n后一段。' } })
  const elsewhere = await planned((await piece({ url: 'https://example.com/a', say: '看看' })).id)
  expect(elsewhere).toMatchObject({
    link: expect.any(String),
    body: { attachments: [{ url: expect.stringMatching(/\/s\/[0-9A-Za-z]{12}$/) }] },
  })
  expect(await links()).toHaveLength(1)
})

test('planned again, refused or only looked at, no second link is left', async () => {
  const { id } = await piece()
  const first = await planned(id, { key: `same-${leadId}` })
  expect((await planned(id, { key: `same-${leadId}` })).link).toBe(first.link)
  expect(await planned(id)).toMatchObject({ state: 'refused', link: null })
  await previewMessage(house, { leadId, purpose: 'marketing', contentId: (await piece()).id, by: 'test' })
  await house.db.transaction((tx) =>
    setConsent(tx, house, { leadId, purpose: 'marketing', granted: false, source: 'test', by: 'test' }),
  )
  expect(await planned((await piece()).id)).toMatchObject({ state: 'refused', link: null })
  expect(await links()).toHaveLength(1)
})

test('who asked for a rest is left alone until it is over, and what may wait waits for that', async () => {
  const until = new Date(clock.now().getTime() + 3 * 86_400_000)
  await house.db.query('UPDATE leads SET paused_until = $2 WHERE id = $1', [leadId, until])
  expect((await planned((await piece()).id)).reason).toEqual({ id: 'opted_out', message: '客户请我们先歇一歇' })
  const waiting = await planned((await piece()).id, { mayWait: true })
  expect(waiting.state).toBe('planned')
  expect(waiting.dueAt.getTime()).toBeGreaterThanOrEqual(until.getTime())
  expect((await planned((await piece()).id, { purpose: 'answer' })).state).toBe('planned')
})
