import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxCredentials } from '../../../sandbox/credentials.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/start.ts'
import { systemClock } from '../../../src/clock.ts'
import { OutcomeUnknown } from '../../../src/failures.ts'
import { createSeal } from '../../../src/leads/seal.ts'
import { deriveKeys } from '../../../src/leads/seal-keys.ts'
import { sendAppMessage, updateCard } from '../../../src/wecom/app-messages.ts'
import { createWecom, type Wecom } from '../../../src/wecom/client.ts'
import { addContactWay, findContactWay } from '../../../src/wecom/contact-ways.ts'
import { getContact, listContactsByStaff, listCustomers, listFollowUsers } from '../../../src/wecom/contacts.ts'
import { openEnvelope } from '../../../src/wecom/crypto.ts'
import { listDepartments, listMembers } from '../../../src/wecom/directory.ts'
import { addGroupSend, listGroupSendResults, listGroupSendTasks } from '../../../src/wecom/group-send.ts'
import { listKfAccounts, sendKfMessage, syncKfMessages } from '../../../src/wecom/kf.ts'
import { uploadMedia } from '../../../src/wecom/media.ts'
import { createMenu, getAppSettings, getMenu } from '../../../src/wecom/menu.ts'
import { addCorpTags, listCorpTags, markTags } from '../../../src/wecom/tags.ts'
import { sendWelcome } from '../../../src/wecom/welcome.ts'
import { readXml, type XmlElement } from '../../../src/wecom/xml.ts'
import { testDatabase } from '../../support/db.ts'
import { failureOf } from '../../support/wecom-bench.ts'

let sandbox: Sandbox
let wecom: Wecom
let door: Server
const heard: XmlElement[] = []

beforeAll(async () => {
  door = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://door').searchParams
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const part = (name: string) => query.get(name) ?? ''
      const { Encrypt } = readXml(Buffer.concat(chunks))
      const envelope = {
        signature: part('msg_signature'),
        timestamp: part('timestamp'),
        nonce: part('nonce'),
        encrypt: String(Encrypt),
      }
      heard.push(
        readXml(openEnvelope({ sets: [sandboxCredentials], corpId: sandboxCredentials.corpId }, envelope).plaintext),
      )
      response.end('success')
    })
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const callbackUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}/wecom/callback`
  sandbox = await startSandbox({ ...sandboxCredentials, port: 0, seed: 'staff', callbackUrl })
  const config = { wecom: { ...sandboxCredentials, apiUrl: sandbox.url } }
  const db = await testDatabase()
  wecom = createWecom({
    config,
    db,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    seal: createSeal(deriveKeys(randomBytes(32))),
    busyMs: 1,
  })
})
afterAll(async () => {
  await wecom.close()
  await sandbox.close()
  door.closeAllConnections()
  await new Promise((resolve) => door.close(resolve))
})

const soon = () => new Date(systemClock.now().getTime() + 20_000)
const eventOf = (changeType: string, externalUserid: string) =>
  heard.find((event) => event.ChangeType === changeType && event.ExternalUserID === externalUserid)

describe('against a WeCom that others wrote', () => {
  it('a scanned code comes back as an event, is welcomed once, tagged, and read again', async () => {
    const way = await addContactWay(wecom, {
      type: 1,
      scene: 2,
      user: ['WangMin'],
      state: 'expo-2026',
      skip_verify: true,
    })
    expect(await findContactWay(wecom, 'expo-2026', systemClock.now())).toEqual({
      configId: way.config_id,
      qrCode: way.qr_code,
    })
    const { external_userid } = await sandbox.customerScans({ state: 'expo-2026', name: '钱多多' })
    await sandbox.idle()
    const event = eventOf('add_external_contact', external_userid)
    expect(event).toMatchObject({ UserID: 'WangMin', State: 'expo-2026' })
    const welcome = { welcome_code: String(event?.WelcomeCode), text: { content: '您好' } }
    await sendWelcome(wecom, welcome, soon())
    expect(await failureOf(sendWelcome(wecom, welcome, soon()))).toMatchObject({
      reason: expect.stringMatching(/wecom_4105[01]/),
    })
    expect(sandbox.received(external_userid).map(({ text }) => text)).toEqual(['您好'])

    const group = await addCorpTags(wecom, { group_name: '客户阶段', tag: [{ name: 'MAL 培育中' }] })
    expect((await listCorpTags(wecom)).map(({ group_name }) => group_name)).toContain('客户阶段')
    await markTags(wecom, { userid: 'WangMin', external_userid, add_tag: [group.tag[0]?.id ?? ''] })
    const { external_contact, follow_user } = await getContact(wecom, external_userid)
    expect(external_contact.name).toBe('钱多多')
    expect(follow_user[0]).toMatchObject({
      userid: 'WangMin',
      state: 'expo-2026',
      tags: [{ tag_name: 'MAL 培育中', type: 1 }],
    })
    expect(await listCustomers(wecom, 'WangMin')).toContain(external_userid)
    const { external_contact_list } = await listContactsByStaff(wecom, { userid_list: ['WangMin'] })
    expect(external_contact_list.map((one) => one.external_contact.external_userid)).toContain(external_userid)
  })

  it('a welcome whose answer was lost is not sent twice and is known to be unknown', async () => {
    await addContactWay(wecom, { type: 1, scene: 2, user: ['WangMin'], state: 'lost', skip_verify: true })
    const { external_userid, welcomeCode } = await sandbox.customerScans({ state: 'lost', name: '孙小满' })
    await sandbox.setFaults({ api: [{ path: 'externalcontact/send_welcome_msg', drop: 'after', count: 1 }] })
    const failure = await failureOf(
      sendWelcome(wecom, { welcome_code: String(welcomeCode), text: { content: '您好' } }, soon()),
    )
    expect(failure).toBeInstanceOf(OutcomeUnknown)
    expect(sandbox.received(external_userid)).toHaveLength(1)
  })

  it('tokens that WeCom kills early cost nobody a call', async () => {
    await sandbox.killTokens({})
    const all = await Promise.all(Array.from({ length: 10 }, () => listFollowUsers(wecom)))
    for (const users of all) expect(users).toContain('WangMin')
  })

  it('a group send waits for its member', async () => {
    const { external_userid } = await sandbox.customerScans({ userid: 'ZhaoQian', name: '周大福' })
    const { msgid } = await addGroupSend(wecom, {
      sender: 'ZhaoQian',
      external_userid: [external_userid],
      text: { content: '案例' },
    })
    await sandbox.advance({ ms: 60_000 })
    expect(await listGroupSendTasks(wecom, msgid)).toMatchObject([{ userid: 'ZhaoQian', status: 0 }])
    await sandbox.confirmGroupSend({ userid: 'ZhaoQian', msgid })
    expect(await listGroupSendTasks(wecom, msgid)).toMatchObject([{ status: 2 }])
    expect(await listGroupSendResults(wecom, msgid, 'ZhaoQian')).toMatchObject([{ external_userid, status: 1 }])
  })

  it('a card is pressed once and updated once', async () => {
    const card = {
      card_type: 'button_interaction',
      main_title: { title: '新线索' },
      task_id: `t-${randomBytes(4).toString('hex')}`,
      button_list: [{ text: '接受', style: 1, key: 'accept:1' }],
    }
    const sent = await sendAppMessage(wecom, ['LiLei'], { msgtype: 'template_card', template_card: card })
    expect(sent).toMatchObject({ invaliduser: [], response_code: expect.any(String) })
    const update = { userids: ['LiLei'], response_code: sent.response_code ?? '', button: { replace_name: '已接受' } }
    await updateCard(wecom, update)
    expect(await failureOf(updateCard(wecom, update))).toMatchObject({ reason: 'wecom_60140' })
  })

  it('a customer who writes to 客服 is answered once for one msgid', async () => {
    const [account] = await listKfAccounts(wecom)
    const { external_userid } = await sandbox.createCustomer({ name: '吴先生' })
    const open_kfid = account?.open_kfid ?? ''
    await sandbox.customerEntersKf({ customer: external_userid, kf: open_kfid })
    await sandbox.customerWritesKf({ customer: external_userid, kf: open_kfid, text: '多少钱？' })
    const messages = []
    for (let cursor = ''; ; ) {
      const page = await syncKfMessages(wecom, { open_kfid, cursor })
      messages.push(...page.msg_list)
      cursor = page.next_cursor
      if (page.has_more !== 1) break
    }
    expect(messages.map(({ msgtype }) => msgtype)).toEqual(['event', 'text'])
    const answer = { touser: external_userid, open_kfid, msgid: 'answer-1', msgtype: 'text', text: { content: '您好' } }
    expect(await sendKfMessage(wecom, answer)).toEqual(await sendKfMessage(wecom, answer))
    expect(sandbox.received(external_userid).filter(({ text }) => text === '您好')).toHaveLength(1)
  })

  it('directory, settings, menu and media are read', async () => {
    const [root] = await listDepartments(wecom)
    expect(root?.id).toBeTypeOf('number')
    expect(
      (await Promise.all((await listDepartments(wecom)).map(({ id }) => listMembers(wecom, id)))).flat().length,
    ).toBeGreaterThan(0)
    expect(await getMenu(wecom)).toEqual([])
    await createMenu(wecom, [{ type: 'click', name: '帮助', key: '帮助' }])
    expect(await getMenu(wecom)).toMatchObject([{ name: '帮助' }])
    expect((await getAppSettings(wecom)).close).toBe(0)
    expect(await wecom.ticket('agent')).not.toBe('')
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    )
    expect((await uploadMedia(wecom, 'image', { name: 'a.png', type: 'image/png', bytes: png })).media_id).not.toBe('')
  })
})
