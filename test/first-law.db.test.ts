import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { movableClock } from '../src/clock.ts'
import type { Db } from '../src/db.ts'
import { addressOf } from '../src/inbox/envelope.ts'
import { syncLibrary } from '../src/messages/library.ts'
import { whenSent } from '../src/messages/send-soon.ts'
import { giveVerdict } from '../src/review/verdict.ts'
import { projectRoot } from '../src/root.ts'
import { loadShelves } from '../src/start/build-house.ts'
import { testDatabase } from './support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from './support/house.ts'
import { handleAll, incoming, kfText, store } from './support/inbox.ts'
import { addStaff } from './support/people.ts'

/** The first law: to add an event, a channel, a skill, a job, a template or a rule is one new file (or entry) and no edit elsewhere. */
const news: Record<string, string> = {
  'handlers/wecom/office_visit.ts': `
import { z } from 'zod'
import { defineHandler } from '../../src/define.ts'

export default defineHandler({
  schema: z.object({ ExternalUserID: z.string(), UserID: z.string() }),
  handle(event, { leads, messages }) {
    const lead = leads.open({ externalUserId: event.ExternalUserID, source: { kind: 'visit' }, userid: event.UserID })
    leads.note(lead, 'office_visit')
    messages.plan(lead, 'visit-thanks', { purpose: 'answer', channel: 'letter', within: '1d' })
  },
})
`,
  'src/channels/letter.ts': `
import { defineChannel } from '../define.ts'

export const posted: string[] = []

export default defineChannel({
  textBytes: 500,
  waitsFor: null,
  reaches: () => ({ ok: true, recipient: 'letter box', sender: null }),
  async send({ messages }) {
    posted.push(...messages.map((message) => message.body.text))
    return { state: 'sent' }
  },
})
`,
  'bot/skills/say-hours.ts': `
import { defineSkill } from '../../src/define.ts'

export default defineSkill({
  speaker: 'customer',
  order: 5,
  hears: [/几点(上班|下班)/],
  answer: ({ note }) => note('asked_hours'),
})
`,
  'src/jobs/count-letters.ts': `
import { defineJob } from '../define.ts'

export default defineJob({
  every: '1h',
  async run({ db }) {
    await db.query("INSERT INTO settings (key, value, by, at) SELECT 'letters', to_jsonb(count(*)), 'count-letters', now() FROM messages WHERE channel = 'letter'")
    return false
  },
})
`,
  'templates/words/visit-thanks.md': `---
id: visit-thanks
title: 谢谢来访
kind: words
plain: 谢谢您今天来访。
---
{{ lead.name | default: "您" }}，谢谢您今天来访。
`,
}

const root = mkdtempSync(join(tmpdir(), 'bowtie-first-law-'))
let db: Db
let house: TestHouse
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  grow(root)
  const opened = await testDatabase()
  db = opened
  house = await testHouse({ db: opened, clock, shelves: await loadShelves(root) })
  await syncLibrary(house, join(root, 'templates'))
  await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'])
  await addStaff(house, 'HanMeimei', ['sales'])
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The checkout as it stands, and the new files beside it. */
function grow(folder: string): void {
  const real = ['handlers', 'bot', 'src/channels', 'src/jobs', 'templates']
  for (const room of real) cpSync(join(projectRoot, room), join(folder, room), { recursive: true })
  for (const entry of readdirSync(join(projectRoot, 'src')))
    if (!real.includes(`src/${entry}`)) symlinkSync(join(projectRoot, 'src', entry), join(folder, 'src', entry))
  for (const entry of ['node_modules', 'prisma']) symlinkSync(join(projectRoot, entry), join(folder, entry))
  for (const [file, text] of Object.entries(news)) {
    mkdirSync(join(folder, file, '..'), { recursive: true })
    writeFileSync(join(folder, file), text.trimStart())
  }
}

const leadOf = async (who: string) =>
  (
    await db.query<{ id: string; desk: string }>(
      'SELECT l.id, l.desk FROM leads l JOIN identities i ON i.lead_id = l.id WHERE i.key = $1',
      [who],
    )
  )[0]
const events = async (id: string | undefined) =>
  (
    await db.query<{ kind: string }>(
      "SELECT kind FROM timeline WHERE lead_id = $1 AND kind LIKE 'event:%' ORDER BY kind",
      [id],
    )
  ).map(({ kind }) => kind)

describe('one new file', () => {
  it('each is on its shelf, beside everything that was there', async () => {
    const before = await loadShelves(projectRoot)
    for (const kind of ['handlers', 'channels', 'skills', 'jobs'] as const)
      expect(house.shelves[kind].size).toBe(before[kind].size + 1)
  })

  it('handles a new event, and sends new words through a new channel', async () => {
    const event = {
      MsgType: 'event',
      Event: 'office_visit',
      FromUserName: 'sys',
      ExternalUserID: 'wm-visitor',
      UserID: 'LiLei',
    }
    expect(addressOf(event, house.shelves.handlers)).toMatchObject({ path: 'wecom/office_visit', lane: 'default' })
    await store(house, [incoming(house, event)])
    await handleAll(house)
    await whenSent(5_000)
    const { posted } = (await import(join(root, 'src/channels/letter.ts'))) as { posted: string[] }
    expect(posted).toEqual(['您，谢谢您今天来访。'])
    expect(await events((await leadOf('wm-visitor'))?.id)).toEqual(['event:office_visit'])
  })

  it('answers new words of a customer', async () => {
    await store(house, [incoming(house, kfText('wm-visitor', '请问几点上班？', 'm-hours'))])
    await handleAll(house)
    expect(await events((await leadOf('wm-visitor'))?.id)).toContain('event:asked_hours')
  })

  it('runs as a new job', async () => {
    expect(await house.shelves.jobs.get('count-letters')?.run(house)).toBe(false)
    expect(await db.query("SELECT value FROM settings WHERE key = 'letters'")).toEqual([{ value: 1 }])
  })
})

describe('one new entry of the rules', () => {
  it('weighs a new kind of event, and sends whoever did it to review', async () => {
    await house.playbook.change(
      { score: { events: { office_visit: { name: '来访', weight: 40, handRaise: true } } } },
      'SunLi',
    )
    await store(house, [
      incoming(house, {
        MsgType: 'event',
        Event: 'office_visit',
        FromUserName: 'sys',
        ExternalUserID: 'wm-second',
        UserID: 'LiLei',
      }),
    ])
    await handleAll(house)
    expect(await leadOf('wm-second')).toMatchObject({ desk: 'review' })
  })

  it('routes by a new rule, before those that were there, and says so', async () => {
    const { playbook } = await house.playbook.current()
    await house.playbook.change(
      {
        routing: {
          rules: [
            {
              id: 'visitors',
              name: '来访客户找韩梅梅',
              when: { field: 'stage', op: '=', value: 'MQL' },
              pool: { staff: ['HanMeimei'] },
            },
            ...playbook.routing.rules,
          ],
        },
      },
      'SunLi',
    )
    const lead = await leadOf('wm-second')
    await giveVerdict(house, lead?.id ?? '', { verdict: 'mql', reason: 'x' }, { id: 'WangMin', roles: ['mdr'] })
    expect(await db.query('SELECT userid, rule FROM offers WHERE lead_id = $1', [lead?.id])).toEqual([
      { userid: 'HanMeimei', rule: 'visitors' },
    ])
  })
})
