import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { replay } from '../../src/inbox/replay.ts'
import { testDatabase } from '../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../support/house.ts'
import { handleAll, incoming, store } from '../support/inbox.ts'
import { addStaff, openLead } from '../support/people.ts'
import { type FakeWecom, fakeWecom } from '../support/wecom-fake.ts'

let db: Db
let house: TestHouse
let fake: FakeWecom
const clock = movableClock(thursdayMorning)

beforeAll(async () => {
  db = await testDatabase()
  fake = await fakeWecom()
  house = await testHouse({ db, clock, wecomUrl: fake.url, shelves: { jobs: new Map() } })
  await addStaff(house, 'LiLei', ['sales'])
  await addStaff(house, 'HanMeimei', ['sales'])
  await addStaff(house, 'WangMin', ['mdr'])
  await mine('LiLei', '张三', '宁波精工')
  await mine('LiLei', '张三丰', '武当阀门')
  await mine('HanMeimei', '李四', '苏州纺织')
})
beforeEach(() => {
  clock.advance(60_000)
  fake.reset()
})

async function mine(owner: string, name: string, company: string) {
  const id = await openLead(house, { fields: { name, company } })
  await db.query("UPDATE leads SET stage = 'SQL', desk = 'sales', owner = $2 WHERE id = $1", [id, owner])
  return id
}

let serial = 0
async function says(userid: string, text: string): Promise<number> {
  const [row = 0] = await store(house, [
    incoming(house, { MsgType: 'text', FromUserName: userid, Content: text, MsgId: `c-${++serial}` }),
  ])
  await handleAll(house)
  return row
}
interface Said {
  touser: string
  text?: { content: string }
  template_card?: {
    main_title: { title: string; desc: string }
    horizontal_content_list: { keyname: string; value: string; url?: string }[]
  }
}
const answers = () => fake.of('message/send').map(({ body }) => body as Said)
const words = () => answers().map(({ text, template_card: card }) => text?.content ?? card?.main_title.title)

describe('a rep who writes to the app', () => {
  it('finds his own by name or company, told apart when there are several', async () => {
    await says('LiLei', '找 武当')
    expect(words()).toEqual(['张三丰'])
    await says('LiLei', '找 张三')
    const card = answers().at(-1)?.template_card
    expect(card?.main_title.title).toBe('「张三」找到 2 位')
    expect(card?.horizontal_content_list).toContainEqual(
      expect.objectContaining({ value: '张三 · 宁波精工', url: expect.stringMatching(/\/sidebar\?lead=[\w-]{36}$/) }),
    )
  })

  it('is told nothing of other people’s', async () => {
    await says('LiLei', '找 李四')
    await says('LiLei', '推荐 李四')
    await says('LiLei', '记 李四 说过要报价')
    expect(words()).toHaveLength(3)
    for (const said of words()) expect(said).toMatch(/没有找到「李四」/)
    expect(await db.query("SELECT 1 FROM notes WHERE body LIKE '%报价%'")).toEqual([])
  })

  it('records on the one he means, once however often it is handled', async () => {
    const row = await says('LiLei', '记 张三 已演示，下周报价')
    expect(words()).toEqual(['已记到张三名下'])
    await replay(house, row)
    await handleAll(house)
    expect(
      await db.query(
        "SELECT n.body, n.by, l.company FROM notes n JOIN leads l ON l.id = n.lead_id WHERE n.kind = 'note'",
      ),
    ).toEqual([{ body: '已演示，下周报价', by: 'LiLei', company: '宁波精工' }])
    await says('LiLei', '记 张 说了什么')
    expect(words().at(-1)).toMatch(/没有记下：「张」有 2 位/)
  })

  it('goes away and comes back, and an old word heard again does not send him away anew', async () => {
    const away = async () =>
      (await db.query<{ until: Date | null }>("SELECT absent_until AS until FROM staff WHERE userid = 'LiLei'"))[0]
        ?.until
    const row = await says('LiLei', '请假到周五')
    expect(await away()).toEqual(new Date('2026-11-20T16:00:00Z'))
    expect(words().at(-1)).toMatch(/11 月 21 日（周六）起再派新线索给您/)
    await says('LiLei', '回来')
    expect(await away()).toBeNull()
    await replay(house, row)
    await handleAll(house)
    expect(await away()).toBeNull()
    await says('LiLei', '请假到某天')
    expect(words().at(-1)).toMatch(/请写到哪一天/)
  })

  it('names who looks after his customers meanwhile, of those who are at work, and is told when that is nobody or several', async () => {
    const said = async () =>
      (await db.query("SELECT cover, absent_until IS NOT NULL AS away FROM staff WHERE userid = 'LiLei'"))[0]
    for (const wrong of ['请假到周五，王五代班', '请假到周五 李雷代班']) {
      await says('LiLei', wrong)
      expect(words().at(-1)).toMatch(/没有找到这位在岗的同事/)
    }
    await db.query("UPDATE staff SET name = '韩梅梅' WHERE userid IN ('HanMeimei', 'WangMin')")
    await says('LiLei', '请假到周五，由韩梅梅代班')
    expect(words().at(-1)).toBe('有 2 位同事叫韩梅梅，请写账号（HanMeimei、WangMin）再说一次。')
    expect(await said()).toEqual({ cover: null, away: false })
    await says('LiLei', '请假到周五hanmeimei帮我代班')
    expect(words().at(-1)).toMatch(/11 月 21 日（周六）起再派新线索给您。这段时间您的客户由韩梅梅照看/)
    expect(await said()).toEqual({ cover: 'HanMeimei', away: true })
    await says('LiLei', '回来')
    expect(await said()).toEqual({ cover: 'HanMeimei', away: false })
    await db.query("UPDATE staff SET name = '', cover = NULL")
  })

  it('sees his day, and what to send', async () => {
    await says('LiLei', '今天')
    expect(words()).toEqual(['今天没有等您的事'])
    await db.query("UPDATE follow_ups SET touched_at = $1 WHERE lead_id = (SELECT id FROM leads WHERE name = '张三')", [
      new Date(clock.now().getTime() - 4 * 86_400_000),
    ])
    await says('LiLei', '今天')
    expect(answers().at(-1)?.template_card?.horizontal_content_list).toEqual([
      expect.objectContaining({ keyname: '该跟进', value: '张三 · 宁波精工' }),
    ])
    await says('LiLei', '推荐 张三丰')
    expect(words().at(-1)).toBe('给张三丰发什么')
  })

  it('leaves the queue to those who review, and whoever is not one of us hears nothing', async () => {
    await says('LiLei', '待审核')
    expect(words()).toEqual([expect.stringContaining('审核由 MDR 处理')])
    await says('WangMin', '待审核')
    expect(words().at(-1)).toBe('审核队列是空的')
    await says('Ghost', '找 张三')
    expect(answers()).toHaveLength(2)
  })

  it('is understood by the sound of a name, and by a name alone; what is no command is said', async () => {
    for (const text of ['找 zhangsanfeng', '找 zsf', '找 张叁丰', '找 張三豐', '张三丰']) {
      await says('LiLei', text)
      expect([text, words().at(-1)]).toEqual([text, '张三丰'])
    }
    await says('LiLei', '找 lisi')
    expect(words().at(-1)).toMatch(/没有找到「lisi」/)
    await says('LiLei', '帮我订张机票')
    expect(words().at(-1)).toMatch(/^没听懂「帮我订张机票」/)
  })

  it('puts tags of the house on whom he means, says which word is none, and makes nothing up', async () => {
    await says('LiLei', '给张三丰打标签 降本、发财')
    expect(words().at(-1)).toMatch(/^已给张三丰打上：降本。没有「发财」这样的标签/)
    await says('LiLei', '标签 李四 降本')
    await says('LiLei', '标签 张三丰 SQL')
    const worn = await db.query('SELECT t.name, lt.by FROM lead_tags lt JOIN tags t ON t.id = lt.tag_id')
    expect(worn).toEqual([{ name: '降本', by: 'LiLei' }])
    await says('LiLei', '小结 张三丰')
    expect(words().at(-1)).toMatch(/^没有开语言模型/)
  })

  it('is not led astray by hostile words', async () => {
    for (const text of [
      "找 %' OR 1=1 --",
      '找 _',
      `找 ${'a'.repeat(60)}`,
      '记 张三 <a href="javascript:1">x</a>',
      '推荐 \\',
    ])
      await says('LiLei', text)
    expect(words()).toHaveLength(5)
    expect(words()[0]).toMatch(/没有找到/)
  })
})
