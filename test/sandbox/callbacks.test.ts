import { afterEach, describe, expect, it } from 'vitest'
import { noFaults } from '../../sandbox/faults.ts'
import { type Company, company } from './company.ts'

let here: Company
afterEach(() => here.close())

const padOf = (xml: string, corpIdLength: number) => 32 - ((20 + Buffer.byteLength(xml) + corpIdLength) % 32)

describe('events sent to the product', () => {
  it('are signed and encrypted as the official algorithm reads them, for our corp', async () => {
    here = await company()
    await here.friend('LiLei')
    await here.sandbox.idle()
    expect(here.heard).toHaveLength(1)
    expect(here.heard[0]).toMatchObject({ signedRight: true, receiveId: 'wwb0c4d7e5a1f39268' })
    expect(here.last('ChangeType')).toBe('add_external_contact')
    expect(here.last('UserID')).toBe('LiLei')
    expect(here.last('FromUserName')).toBe('sys')
  })

  it('differ in padding, order, CDATA and white space, and say the same', async () => {
    here = await company()
    for (let i = 0; i < 120; i++)
      await here.sandbox.staffWritesToApp({ userid: 'LiLei', text: '早'.repeat(1 + (i % 40)) })
    await here.sandbox.idle()
    const pads = new Set(here.heard.map(({ xml, receiveId }) => padOf(xml, receiveId.length)))
    expect(pads.size).toBeGreaterThan(24)
    expect([...pads].some((pad) => pad > 16)).toBe(true)
    const starts = new Set(here.heard.map(({ xml }) => /<(\w+)>/.exec(xml.replace('<xml>', ''))?.[1]))
    expect(starts.size).toBeGreaterThan(3)
    expect(here.heard.some(({ xml }) => xml.includes('<FromUserName>LiLei<'))).toBe(true)
    expect(here.heard.some(({ xml }) => xml.includes('<FromUserName><![CDATA[LiLei'))).toBe(true)
    expect(here.heard.filter(({ xml }) => /Content>(<!\[CDATA\[)?早+(\]\]>)?<\/Content/.test(xml))).toHaveLength(120)
  })

  it('are plain and in the documented order with variety off', async () => {
    here = await company({ faults: { variety: false } })
    await here.friend('LiLei')
    await here.sandbox.idle()
    expect(here.heard[0]?.xml).toMatch(
      /^<xml><ToUserName><!\[CDATA\[wwb0c4d7e5a1f39268\]\]><\/ToUserName><FromUserName>.*<CreateTime>\d+<\/CreateTime><MsgType>/,
    )
  })

  it('are repeated in a new envelope with the same plaintext after an answer that is not 200, three times in all', async () => {
    here = await company()
    here.answers.push(503, 500, 502)
    await here.friend('LiLei')
    await here.sandbox.idle()
    expect(here.heard).toHaveLength(3)
    expect(new Set(here.heard.map(({ xml }) => xml)).size).toBe(1)
    expect(new Set(here.heard.map(({ envelope }) => envelope)).size).toBe(3)
    expect(here.sandbox.callbacks[0]).toMatchObject({
      outcome: 'failed',
      tries: [{ status: 503 }, { status: 500 }, { status: 502 }],
    })
  })

  it('are repeated after a time-out', async () => {
    here = await company({ callbackTimeoutMs: 1500 })
    here.answers.push('hang')
    await here.friend('LiLei')
    await here.sandbox.idle()
    expect(here.heard).toHaveLength(2)
    expect(here.sandbox.callbacks[0]?.outcome).toBe('delivered')
  })

  it('are lost, doubled, joined by strangers and stripped of optional parts only when asked', async () => {
    const off = noFaults().callbacks
    here = await company({ faults: { callbacks: { ...off, lose: 1 } } })
    await here.friend('LiLei')
    await here.sandbox.idle()
    expect(here.heard).toHaveLength(0)
    await here.sandbox.setFaults({ callbacks: { lose: 0, duplicate: 1, unknown: 1, omit: 1 } })
    await here.friend('LiLei', '李四')
    await here.sandbox.idle()
    expect(here.heard.filter(({ xml }) => xml.includes('add_external_contact'))).toHaveLength(2)
    expect(here.heard.some(({ xml }) => xml.includes('sandbox_unknown'))).toBe(true)
    expect(here.heard.some(({ xml }) => xml.includes('WelcomeCode') || xml.includes('State'))).toBe(false)
  })

  it('do not come for what the API did', async () => {
    here = await company()
    const customer = await here.friend('LiLei')
    const tags = await here.ask('externalcontact/add_corp_tag', { group_name: '客户阶段', tag: [{ name: 'MAL' }] })
    const [tag] = (tags.tag_group as { tag: { id: string }[] }).tag
    await here.ask('externalcontact/mark_tag', { userid: 'LiLei', external_userid: customer, add_tag: [tag?.id] })
    await here.ask('externalcontact/remark', { userid: 'LiLei', external_userid: customer, remark: '张总' })
    await here.sandbox.idle()
    expect(here.heard).toHaveLength(1)
  })

  it('find their URL by the one-second GET check of the console form', async () => {
    here = await company({ callbackUrl: undefined })
    expect(await here.sandbox.saveCallback({ url: here.callbackUrl })).toEqual({ ok: true })
    expect(await here.sandbox.saveCallback({ url: 'http://127.0.0.1:9/' })).toMatchObject({ ok: false })
    await here.friend('LiLei')
    await here.sandbox.idle()
    expect(here.heard).toHaveLength(1)
  })
})
