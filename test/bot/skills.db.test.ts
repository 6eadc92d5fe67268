import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { syncAnswers } from '../../src/answers/answers.ts'
import { movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { replay } from '../../src/inbox/replay.ts'
import { setConsent } from '../../src/leads/consent.ts'
import { deliverDue } from '../../src/messages/deliver.ts'
import { pickContent } from '../../src/messages/pick.ts'
import { plan } from '../../src/messages/plan.ts'
import { whenSent } from '../../src/messages/send-soon.ts'
import { moveConversations } from '../../src/promises/move.ts'
import { watchPromises } from '../../src/promises/watch.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../support/house.ts'
import { handleAll, incoming, kfText, store } from '../support/inbox.ts'
import { addStaff, befriend, openLead, standing } from '../support/people.ts'
import { type FakeWecom, fakeWecom } from '../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  const opened = await testDatabase()
  db = opened
  fake = await fakeWecom()
  house = await testHouse({ db: opened, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  for (const [userid, roles] of Object.entries({
    WangMin: ['mdr'],
    ZhaoQian: ['mdr'],
    ChenJing: ['manager'],
    LiLei: ['sales'],
    HanMeimei: ['sales'],
  }))
    await addStaff(house, userid, roles)
  await syncAnswers(house)
})
beforeEach(async () => {
  clock.advance(60_000)
  fake.reset()
  fake.script('kf/send_msg', { errcode: 0, msgid: 'ok' })
  await db.query('UPDATE staff SET active = true, absent_until = NULL')
  await db.query('DELETE FROM promises; DELETE FROM answers_given; DELETE FROM kf_servicers')
})

let serial = 0
/** A person we know, who writes to the 客服 account. */
async function person(owner?: string) {
  const who = `wm-skill-${++serial}`
  const id = await openLead(house, { identities: [{ kind: 'externalUserId', value: who }] })
  if (owner) await db.query("UPDATE leads SET stage = 'SQL', desk = 'sales', owner = $2 WHERE id = $1", [id, owner])
  const says = async (text: string, more: Record<string, unknown> = {}) => {
    const [row = 0] = await store(house, [incoming(house, kfText(who, text, `m-${++serial}`, more))])
    await handleAll(house)
    await whenSent(5_000)
    return row
  }
  return { who, id, says }
}
const answers = () => fake.of('kf/send_msg').map(({ body }) => (body as { text?: { content: string } }).text?.content)
const called = async (id: string, words = 'human-wanted') =>
  (
    await db.query<{ recipient: string }>(
      'SELECT recipient FROM messages WHERE lead_id = $1 AND content_id = $2 ORDER BY recipient',
      [id, words],
    )
  ).map(({ recipient }) => recipient)
const marketing = async (id: string) =>
  (await db.query<{ marketing: string }>('SELECT marketing FROM leads WHERE id = $1', [id]))[0]?.marketing
const did = async (id: string) =>
  (
    await db.query<{ kind: string }>(
      "SELECT kind FROM timeline WHERE lead_id = $1 AND kind LIKE 'event:%' ORDER BY kind",
      [id],
    )
  )
    .map(({ kind }) => kind.slice(6))
    .filter((kind) => kind !== 'kf_message')

describe('退订', () => {
  it.each([
    '退订',
    ' 退订。',
    'TD',
    'ｔｄ',
    'T',
    '我要退订',
    '请帮我取消订阅',
    '不要再发了',
    '别再给我发消息了',
    '请不要再给我发广告！',
    'STOP',
  ])('is understood: %s', async (text) => {
    const { id, says } = await person()
    await says(text)
    expect(await marketing(id)).toBe('denied')
    expect(answers()).toEqual([expect.stringContaining('已经为您退订')])
    expect(await did(id)).toEqual(['unsubscribe'])
  })

  it.each(['退订单怎么操作', '别再发错货了，尽快处理', '停止接收的按钮在哪里', 'today', 'stopwatch 支持吗'])(
    'is not what this asks for: %s',
    async (text) => {
      const { id, says } = await person()
      await says(text)
      expect(await marketing(id)).toBe('default')
    },
  )

  it('holds everywhere and is answered once, however often the row is handled; it never takes back a later consent', async () => {
    const { id, says } = await person()
    const row = await says('退订')
    await replay(house, row)
    await handleAll(house)
    expect(await db.query('SELECT granted FROM consents WHERE lead_id = $1', [id])).toEqual([{ granted: false }])
    await db.transaction((tx) =>
      setConsent(tx, house, { leadId: id, purpose: 'marketing', granted: true, source: 'form', by: 'api' }),
    )
    await replay(house, row)
    await handleAll(house)
    await whenSent(5_000)
    expect(await marketing(id)).toBe('granted')
    expect(answers()).toHaveLength(1)
  })
})

describe('人工', () => {
  it('calls the owner', async () => {
    const { id, says } = await person('LiLei')
    await befriend(house, id, 'HanMeimei', `wm-h-${id}`)
    await says('转人工')
    expect(await called(id)).toEqual(['LiLei'])
    expect(await called(id, 'hot-lead')).toEqual([])
    expect(answers()).toEqual([expect.stringContaining('LiLei')])
  })

  it.each([
    ['has left', 'UPDATE staff SET active = false WHERE userid = $1'],
    ['is away', "UPDATE staff SET absent_until = now() + interval '10 years' WHERE userid = $1"],
  ])('calls whoever knows the customer when the owner %s', async (_name, statement) => {
    const { id, says } = await person('LiLei')
    await befriend(house, id, 'HanMeimei', `wm-h-${id}`)
    await db.query(statement, ['LiLei'])
    await says('有人吗')
    expect(await called(id)).toEqual(['HanMeimei'])
  })

  it('calls the review desk for somebody nobody knows, at last the managers', async () => {
    const { id, says } = await person()
    await says('人工')
    expect(await called(id)).toEqual(['WangMin', 'ZhaoQian'])
    await db.query("UPDATE staff SET active = false WHERE 'mdr' = ANY(roles)")
    const other = await person()
    await other.says('人工')
    expect(await called(other.id)).toEqual(['ChenJing'])
  })

  it('is a raised hand: the lead is before an MDR', async () => {
    const { id, says } = await person()
    await says('我想找真人聊聊')
    expect(await standing(house, id)).toMatchObject({ desk: 'review' })
    expect(await did(id)).toEqual(['human_request'])
  })

  it('is one call when the row is handled twice, though another owns the lead by then', async () => {
    const { id, says } = await person('LiLei')
    const row = await says('人工')
    await db.query("UPDATE leads SET owner = 'HanMeimei' WHERE id = $1", [id])
    await replay(house, row)
    await handleAll(house)
    await whenSent(5_000)
    expect(await called(id)).toEqual(['LiLei'])
    expect(answers()).toHaveLength(1)
  })

  it('rings at night too, until ten', async () => {
    clock.set('2026-11-24T13:30:00Z')
    const { id, says } = await person('LiLei')
    await says('人工')
    const [message] = await db.query<{ state: string; dueAt: Date }>(
      'SELECT state, due_at AS "dueAt" FROM messages WHERE lead_id = $1 AND content_id = \'human-wanted\'',
      [id],
    )
    expect(message?.dueAt).toEqual(clock.now())
    clock.set('2026-11-25T02:00:00Z')
  })
})

describe('asking for a demo or a price', () => {
  it.each([
    ['能安排演示吗？', 'demo_request'],
    ['有 Demo 吗', 'demo_request'],
    ['怎么收费？', 'quote_request'],
    ['发个报价', 'quote_request'],
  ])('raises the hand: %s', async (text, type) => {
    const { id, says } = await person()
    await says(text)
    expect(await did(id)).toEqual([type])
    expect(await standing(house, id)).toMatchObject({ desk: 'review' })
    expect(await called(id)).toEqual(['WangMin', 'ZhaoQian'])
    expect(answers().at(-1)).toContain('15 分钟内')
  })

  it('of a lead being sold is told to the owner once', async () => {
    const { id, says } = await person('LiLei')
    await says('多少钱')
    expect([...(await called(id)), ...(await called(id, 'hot-lead'))]).toEqual(['LiLei'])
  })
})

describe('what is promised', () => {
  const promiseOf = async (id: string) =>
    (await db.query<Record<string, unknown>>('SELECT * FROM promises WHERE lead_id = $1', [id]))[0]
  const replies = (who: string, userid: string) =>
    store(house, [
      incoming(
        house,
        kfText(who, '我在，您请讲', `r-${++serial}`, {
          origin: 5,
          servicer_userid: userid,
          send_time: clock.now().getTime() / 1000,
        }),
      ),
    ]).then(() => handleAll(house))
  const moves = () => fake.of('kf/service_state/trans').map(({ body }) => body)

  it('in working hours: in minutes; the conversation goes to him when he is a servicer, after the bot’s last word', async () => {
    await db.query("INSERT INTO kf_servicers VALUES ('wk1', 'LiLei', true) ON CONFLICT DO NOTHING")
    fake.script('kf/service_state/trans', { errcode: 0, msg_code: 'c' })
    const { who, id, says } = await person('LiLei')
    await says('人工')
    expect(answers()).toEqual([expect.stringMatching(/LiLei过来了，15 分钟内在这里回您/)])
    fake.script('message/send', { errcode: 0, msgid: 'card', response_code: 'once' })
    await deliverDue(house, 'normal')
    await moveConversations(house)
    await moveConversations(house)
    expect(moves()).toEqual([{ open_kfid: 'wk1', external_userid: who, service_state: 3, servicer_userid: 'LiLei' }])
    await says('报价单也要一份')
    await says('今天天气怎么样')
    expect(answers()).toHaveLength(1)
    // The bot does not so much as think of an answer: nothing was refused by the guard, nothing is missed in the library.
    expect(await db.query("SELECT 1 FROM messages WHERE lead_id = $1 AND state = 'refused'", [id])).toEqual([])
    expect(await db.query('SELECT 1 FROM missed_questions WHERE lead_id = $1', [id])).toEqual([])
    expect(await did(id)).toContain('quote_request')
    await replies(who, 'LiLei')
    expect(await promiseOf(id)).toMatchObject({ state: 'kept', kept_by: 'LiLei', shown: false })
    await watchPromises(house)
    expect(
      await db.query(
        "SELECT shows ->> 'text' AS text FROM cards c JOIN promises p ON p.id = c.subject WHERE p.lead_id = $1",
        [id],
      ),
    ).toEqual([{ text: expect.stringMatching(/^LiLei \d\d:\d\d 已回$/) }])
  })

  it('at night: tomorrow with a time; the conversation stays with the bot until then; near he is reminded, late his manager hears, once', async () => {
    clock.set('2026-11-24T13:00:00Z')
    const { id, says } = await person('LiLei')
    await says('有人吗')
    expect(answers()).toEqual([expect.stringContaining('现在是下班时间，明天 9:30 前LiLei会在这里回复您')])
    await says('发票怎么开')
    await says('在不在啊，到底有没有人')
    expect(answers().slice(1)).toEqual([expect.stringContaining('增值税'), expect.stringContaining('主管来看')])
    expect(await called(id)).toEqual(['LiLei'])
    expect(await called(id, 'escalation')).toEqual(['ChenJing'])
    clock.set('2026-11-25T01:25:00Z')
    await Promise.all([watchPromises(house), watchPromises(house)])
    expect(await called(id, 'promise-near')).toEqual(['LiLei'])
    clock.set('2026-11-25T01:31:00Z')
    for (const _ of [1, 2]) await watchPromises(house)
    expect(await called(id, 'escalation')).toEqual(['ChenJing', 'ChenJing'])
    expect(await promiseOf(id)).toMatchObject({
      state: 'open',
      told: 2,
      words: expect.stringContaining('到底有没有人'),
    })
  })

  it('nobody knows the customer: whoever is on duty with the fewest promises; a press takes it over, a second press comes too late', async () => {
    await db.query("INSERT INTO kf_servicers VALUES ('wk1', 'HanMeimei', true), ('wk1', 'ZhaoQian', false)")
    const { who, id, says } = await person()
    await says('人工')
    expect(await called(id)).toEqual(['HanMeimei'])
    const { id: promiseId } = (await promiseOf(id)) ?? {}
    const press = (userid: string) =>
      store(house, [
        incoming(house, {
          MsgType: 'event',
          Event: 'template_card_event',
          FromUserName: userid,
          EventKey: `take:${promiseId}`,
          TaskId: 't',
          ResponseCode: 'r',
          at: ++serial,
        }),
      ]).then(() => handleAll(house))
    await press('WangMin')
    expect(await promiseOf(id)).toMatchObject({ userid: 'WangMin' })
    await replies(who, 'WangMin')
    await press('LiLei')
    expect(await promiseOf(id)).toMatchObject({ userid: 'WangMin', state: 'kept' })
  })

  it('WeCom does not give him the conversation: the bot stays with the customer; nobody’s goes to the pool once; what is over or taken stays where it is', async () => {
    await db.query("INSERT INTO kf_servicers VALUES ('wk1', 'LiLei', true)")
    fake.script('kf/service_state/trans', { errcode: 95014 }, { errcode: 95016 })
    const first = await person('LiLei')
    await first.says('人工')
    await moveConversations(house)
    clock.advance(5_000)
    await moveConversations(house)
    expect(moves()).toMatchObject([{ service_state: 3 }])
    const second = await person()
    await second.says('人工')
    await moveConversations(house)
    clock.advance(60_000)
    await moveConversations(house)
    expect(moves()).toMatchObject([{ service_state: 3 }, { service_state: 2 }])
  })

  it('a picture calls a person once, and is not answered by guesses', async () => {
    const { id, who } = await person('LiLei')
    const picture = () => ({
      msgid: `p-${++serial}`,
      open_kfid: 'wk1',
      external_userid: who,
      origin: 3,
      msgtype: 'image',
      image: { media_id: 'm' },
    })
    for (const _ of [1, 2]) {
      await store(house, [incoming(house, picture())])
      await handleAll(house)
    }
    expect(await called(id)).toEqual(['LiLei'])
    expect(answers()).toEqual([expect.stringContaining('看不了图片')])
  })
})

describe('questions', () => {
  const sent = () => fake.of('kf/send_msg').map(({ body }) => body as Record<string, Record<string, unknown>>)

  it('are answered from the library with its piece as a tracked link, once, and the piece is not offered again', async () => {
    const { id, says } = await person('LiLei')
    const row = await says('在吗，想问下怎么开发票呀')
    await replay(house, row)
    await handleAll(house)
    await says('支持金碟吗')
    expect(answers()).toEqual([
      expect.stringContaining('增值税专用发票'),
      expect.stringMatching(/金蝶、用友[\s\S]*\/s\/\w{12}$/),
    ])
    expect(await called(id)).toEqual([])
    const given = await db.query('SELECT answer_id FROM answers_given ORDER BY at, answer_id')
    expect(given).toEqual([{ answer_id: 'connect-erp' }, { answer_id: 'issue-invoice' }])
    const offered = await pickContent(db, house, id, { limit: 50 })
    expect(offered.map(({ contentId }) => contentId)).not.toContain('integrate-with-your-erp')
    const again = await db.transaction((tx) =>
      plan(tx, house, {
        key: 'again',
        leadId: id,
        purpose: 'marketing',
        contentId: 'integrate-with-your-erp',
        by: 'x',
      }),
    )
    expect(again.reason?.id).toBe('seen_before')
  })

  it('that may mean several things are met by a menu; a tap or its number is the answer', async () => {
    const { id, says } = await person('LiLei')
    await says('收费')
    const [menu] = sent()
    expect(menu).toMatchObject({ msgtype: 'msgmenu', msgmenu: { head_content: expect.stringContaining('是不是') } })
    const list = menu?.msgmenu?.list as { click: { id: string; content: string } }[]
    expect(list.map(({ click }) => click.id)).toEqual(['answer:how-priced', 'answer:suppliers-unwilling', 'human:'])
    await says(list[1]?.click.content ?? '', { text: { content: list[1]?.click.content, menu_id: list[1]?.click.id } })
    expect(answers().at(-1)).toContain('供应商不用装软件')
    await says('收费')
    await says('第一个')
    expect(answers().at(-1)).toContain('内部用户不限人数')
    await says('收费')
    await says('3')
    expect(await called(id)).toEqual(['LiLei'])
  })

  it('nobody has an answer for are said to be beyond the machine, a person is called, and the library hears of them', async () => {
    const { id, says } = await person('LiLei')
    await says('你们老板的办公室朝南吗')
    expect(answers()).toEqual([expect.stringContaining('不敢乱答')])
    expect(await called(id)).toEqual(['LiLei'])
    expect(await db.query('SELECT text FROM missed_questions WHERE lead_id = $1', [id])).toEqual([
      { text: '你们老板的办公室朝南吗' },
    ])
  })

  it('are not 你好: that is met by what one can ask here', async () => {
    const { says } = await person()
    await says('您好，在吗')
    const [menu] = sent()
    expect(menu?.msgmenu?.list).toContainEqual({ type: 'click', click: { id: 'say:1', content: '想要报价' } })
  })
})

describe('other words', () => {
  it.each(['好的，谢谢', '嗯嗯', '123', '……', '👍'])('are kept, and answered by nobody: %s', async (text) => {
    const { id, says } = await person()
    await says(text)
    expect(answers()).toEqual([])
    expect(await called(id)).toEqual([])
    expect(
      await db.query("SELECT 1 FROM timeline WHERE lead_id = $1 AND kind = 'event:kf_message'", [id]),
    ).toHaveLength(1)
  })

  it('of a colleague in the client are nobody’s wish', async () => {
    const { id, says } = await person()
    await says('退订', { origin: 5, servicer_userid: 'LiLei' })
    expect(await marketing(id)).toBe('default')
    expect(answers()).toEqual([])
  })

  it('of a member to the app are answered to him alone', async () => {
    await store(house, [
      incoming(house, { MsgType: 'text', FromUserName: 'LiLei', Content: '帮助', MsgId: `h-${++serial}` }),
      incoming(house, { MsgType: 'text', FromUserName: 'LiLei', Content: '退订', MsgId: `h-${++serial}` }),
    ])
    await handleAll(house)
    expect(await db.query("SELECT recipient FROM messages WHERE content_id = 'staff-help'")).toEqual([
      { recipient: 'LiLei' },
    ])
  })
})
