import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testBrowser } from '../support/browser.ts'
import { type Company, company } from './company.ts'

let here: Company
let page: Page
const faults: string[] = []

beforeEach(async () => {
  here = await company({ appUrl: 'http://127.0.0.1:9', seed: 'sample' })
  faults.length = 0
  page = await (await testBrowser()).newPage({ viewport: { width: 1440, height: 900 } })
  page.setDefaultTimeout(8000)
  page.on('pageerror', (error) => faults.push(error.message))
})
afterEach(async () => {
  await page.close()
  await here.close()
  expect(faults).toEqual([])
})

const person = (where: string, name: string) => page.locator(`${where} .person`, { hasText: name }).first()

describe('the sandbox page', () => {
  it('lets a newcomer be a customer: scan, read the welcome, write, ask 客服, delete', async () => {
    await here.ask('externalcontact/add_contact_way', {
      type: 1,
      scene: 2,
      state: 'expo',
      remark: '宁波机床展',
      user: ['WangMin'],
    })
    await page.goto(here.sandbox.url)
    await page.locator('#phone button', { hasText: '新客户' }).click()
    await page.locator('.code', { hasText: '宁波机床展' }).click()
    await page.locator('.talk-head', { hasText: '王敏' }).waitFor()
    await here.sandbox.idle()
    const text = { content: '您好，欢迎来到云帆智造' }
    await here.ask('externalcontact/send_welcome_msg', { welcome_code: here.last('WelcomeCode'), text })
    await page.locator('.bubble', { hasText: '欢迎来到云帆智造' }).waitFor()
    await page.locator('#guide li.done').nth(1).waitFor()
    const customer = here.last('ExternalUserID') ?? ''

    await page.locator('.talk-foot input').fill('你好，想看看报价')
    await page.locator('.talk-foot input').press('Enter')
    await page.locator('.bubble.mine', { hasText: '想看看报价' }).waitFor()
    expect(here.sandbox.world.relations.at(-1)?.customerTalkedAt).toBeDefined()

    await person('.list-pane', '云帆售前客服').click()
    await page.locator('.talk-foot input').fill('能对接用友吗')
    await page.locator('.talk-foot input').press('Enter')
    await page.locator('.bubble.mine', { hasText: '用友' }).waitFor()
    const entries = here.sandbox.world.kf.accounts[0]?.log.map(({ message }) => message.msgtype)
    expect(entries).toEqual(['event', 'text'])

    await person('.list-pane', '王敏').click()
    await page.locator('button', { hasText: '删除好友' }).click()
    await page.locator('.talk-foot', { hasText: '已不是好友' }).waitFor()
    await here.sandbox.idle()
    expect(here.sandbox.callbacks.at(-1)?.fields).toMatchObject({
      ChangeType: 'del_follow_user',
      ExternalUserID: customer,
    })
  })

  it('lets him be a member: press a card with a reason, confirm a group send, edit tags', async () => {
    const mine = here.sandbox.world.relations.filter(
      ({ userid, deletedByCustomer }) => userid === 'LiLei' && !deletedByCustomer,
    )
    const customers = mine.slice(-3).map(({ external_userid }) => external_userid)
    await here.ask('message/send', {
      touser: 'LiLei',
      msgtype: 'template_card',
      agentid: 1000002,
      template_card: {
        card_type: 'button_interaction',
        main_title: { title: '张三 · 宁波精工' },
        task_id: 'offer-1',
        button_selection: {
          question_key: 'reason',
          title: '若不接，原因是',
          option_list: [
            { id: 'full', text: '手上已满' },
            { id: 'away', text: '出差或休假' },
          ],
        },
        button_list: [
          { text: '接受', style: 1, key: 'accept:1' },
          { text: '转给同事', style: 3, key: 'decline:1' },
        ],
      },
    })
    await here.ask('externalcontact/add_msg_template', {
      sender: 'LiLei',
      external_userid: customers,
      text: { content: '十一月选型指南' },
    })
    await page.goto(here.sandbox.url)
    await person('#people', '李雷').click()
    await page.locator('.card select').selectOption('away')
    await page.locator('.card button', { hasText: '转给同事' }).click()
    await page.locator('.card button:disabled', { hasText: '转给同事' }).waitFor()
    await here.sandbox.idle()
    expect(here.last('EventKey')).toBe('decline:1')
    expect(here.last('OptionId')).toBe('away')
    await here.ask('message/update_template_card', {
      userids: ['LiLei'],
      agentid: 1000002,
      response_code: here.last('ResponseCode'),
      button: { replace_name: '已转给同事' },
    })
    await page.locator('.card button:disabled', { hasText: '已转给同事' }).waitFor()

    await person('.list-pane', '群发助手').click()
    await page.locator('.task button:disabled', { hasText: '下发中' }).waitFor()
    await page.locator('#top summary').click()
    await page.locator('button', { hasText: '快 20 秒' }).click()
    await page.locator('.task button', { hasText: '发送' }).click()
    await page.locator('.task', { hasText: '3 / 3 位客户已收到' }).waitFor()
    expect(here.sandbox.received(customers[0] ?? '').at(-1)).toMatchObject({
      via: 'group-send',
      text: '十一月选型指南',
    })

    await page.locator('.list-pane .list').nth(1).locator('.person').first().click()
    await page.locator('.facts summary').click()
    await page.locator('.tag-group button', { hasText: '质量追溯' }).click()
    await page.locator('.facts summary .tag', { hasText: '质量追溯' }).waitFor()
    await here.sandbox.idle()
    expect(here.last('ChangeType')).toBe('edit_external_contact')
  })

  it('shows what goes to and fro, and switches faults on and off', async () => {
    await here.sandbox.staffWritesToApp({ userid: 'LiLei', text: '今日待办' })
    await page.goto(here.sandbox.url)
    await page.locator('.log summary', { hasText: 'gettoken' }).waitFor()
    await page.locator('.log summary', { hasText: 'text' }).locator('em.good').waitFor()
    await page.locator('.trouble summary').click()
    await page.locator('.trouble label', { hasText: '事件重复' }).click()
    await page.locator('.trouble summary', { hasText: '1 个开着' }).waitFor()
    await page.locator('.trouble button', { hasText: '全部关闭' }).click()
    await page.locator('.trouble summary', { hasText: '全部关闭' }).waitFor()
  })

  it('fits a phone: no sideways scrolling, one room at a time', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(here.sandbox.url)
    for (const tab of ['人物', '往来', '手机']) {
      await page.locator('#tabs button', { hasText: tab }).click()
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect(width).toBe(390)
    }
    await page.locator('#tabs button', { hasText: '人物' }).click()
    await person('#people', '韩梅梅').click()
    await person('.list-pane', '群发助手').click()
    await page.locator('.talk-head .back').click()
    await person('.list-pane', '线索培育').waitFor()
  })

  it('opens a link as the chosen person', async () => {
    await page.goto(here.sandbox.url)
    const customer = Object.keys(here.sandbox.world.customers)[0] ?? ''
    const target = `${here.sandbox.url}/connect/oauth2/authorize?appid=wwb0c4d7e5a1f39268&response_type=code&scope=snsapi_base&state=x&redirect_uri=${encodeURIComponent(`${here.sandbox.url}/page/base.css`)}`
    const open = new URLSearchParams({ person: `customer:${customer}`, url: target })
    await page.goto(`${here.sandbox.url}/sandbox/open?${open}`)
    const code = new URL(page.url()).searchParams.get('code') ?? ''
    expect(await here.ask('auth/getuserinfo', undefined, { code })).toMatchObject({ external_userid: customer })
  })
})
