import { beforeAll, expect, test } from 'vitest'
import { makeMp4, makePdf, makePng } from '../support/files.ts'
import { openForReaders, readAs } from '../support/reading.ts'
import { apiToken } from '../support/server.ts'
import { testWorld, type World } from '../support/world.ts'

let world: World
let zhang: { external: string; id: string }
let li: { external: string; id: string }

const arrive = async (name: string) => {
  const { external_userid: external } = await world.sandbox.customerScans({ name, userid: 'LiLei' })
  await world.settle()
  await world.pass(6_000)
  const [{ id }] = (await world.api('GET', `/api/leads?externalUserId=${external}`)).json.items
  return { external, id }
}
const upload = async (bytes: Buffer, name: string): Promise<string> => {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(bytes)]), name)
  const answer = await fetch(`${world.server.url}/api/content/files`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiToken}` },
    body: form,
  })
  const { file } = (await answer.json()) as { file: { id: string } }
  await world.settle()
  return file.id
}
const piece = async (more: Record<string, unknown>): Promise<string> =>
  (await world.api('POST', '/api/content', { stages: ['MAL'], ...more })).json.id
/** Sends pieces and has the colleague confirm them; what hung on each. */
const sendAll = async (to: { id: string; external: string }, contentIds: readonly string[]) => {
  for (const contentId of contentIds)
    expect((await world.api('POST', `/api/leads/${to.id}/messages`, { contentId }, 'LiLei')).status).toBe(201)
  await world.settle()
  await world.pass(3_000)
  for (const { msgid } of world.sandbox.world.groupSends)
    await world.sandbox.confirmGroupSend({ userid: 'LiLei', msgid }).catch(() => {})
  await world.pass(11 * 60_000)
  return (
    world.sandbox
      .received(to.external)
      .slice(-contentIds.length)
      // biome-ignore lint/suspicious/noExplicitAny: what WeCom carried, as it spells it
      .map(({ attachments }) => attachments?.[0] as any)
  )
}
const send = async (to: { id: string; external: string }, contentId: string) => (await sendAll(to, [contentId]))[0]
const media = () => Object.values(world.sandbox.world.media)

beforeAll(async () => {
  world = await testWorld()
  openForReaders(world)
  zhang = await arrive('张三')
  li = await arrive('李四')
})

test('a PDF goes out as a card with its first page, is read page by page, and the colleague sees how far', async () => {
  const file = await upload(makePdf(['一', '二', '三']), '白皮书.pdf')
  const contentId = await piece({ kind: 'pdf', title: '降本白皮书', file, say: '三页，讲清楚', plain: '一份白皮书' })
  const { msgtype, link } = await send(zhang, contentId)
  expect([msgtype, link.title, link.desc]).toEqual(['link', '降本白皮书', '一份白皮书'])
  expect((await fetch(link.picurl)).headers.get('content-type')).toBe('image/png')
  const page = await readAs(world, `customer:${zhang.external}`, link.url)
  expect(page.body.match(/data-part="\d"/g)).toHaveLength(3)
  const beacon = { t: page.ticket, d: 9_000, r: 66, p: 2, n: 3 }
  expect((await world.server.call('POST', '/c/t', beacon, { stranger: true })).status).toBe(204)
  const late = { t: page.ticket, d: 3_000, r: 10, p: 1, n: 3 }
  expect((await world.server.call('POST', '/c/t', late, { stranger: true })).status).toBe(204)
  const [visit] = (await world.api('GET', `/api/leads/${zhang.id}/visits`)).json.items
  expect(visit).toMatchObject({ part: 2, parts: 3, unit: 'page', depth: 66 })
  await world.settle()
  expect(JSON.stringify(world.sandbox.inboxOf('LiLei'))).toContain('正在看《降本白皮书》，读到第 2 页，共 3 页。')
  const glance = await world.api('GET', `/api/leads/${zhang.id}/glance`, undefined, 'LiLei')
  expect(glance.json.reading).toMatchObject([{ title: '降本白皮书', part: 2, parts: 3, unit: 'page' }])
})

test('a picture goes as a picture; WeCom is given it once in three days, however many get it', async () => {
  const picture = await piece({ kind: 'image', title: '现场', file: await upload(makePng(20, 20), '现场.png') })
  const first = await send(zhang, picture)
  expect([first.msgtype, world.sandbox.world.media[first.image.media_id]?.filename]).toEqual(['image', '现场.png'])
  const before = media().length
  expect((await send(li, picture)).image.media_id).toBe(first.image.media_id)
  expect(media()).toHaveLength(before)
  world.clock.advance(73 * 3_600_000)
  const wang = await arrive('王五')
  expect((await send(wang, picture)).image.media_id).not.toBe(first.image.media_id)
})

test('a video and a PDF that shall be files go as files, a mini program as its card', async () => {
  const video = await piece({ kind: 'video', title: '演示', file: await upload(makeMp4(), '演示.mp4'), asFile: true })
  const pdf = await piece({ kind: 'pdf', title: '手册', file: await upload(makePdf(['一']), '手册.pdf'), asFile: true })
  const cover = await upload(makePng(30, 24), '封面.png')
  const miniProgram = { appId: 'wx123', page: 'pages/a' }
  const program = await piece({ kind: 'miniprogram', title: '报价器', cover, miniProgram })
  const sent = await sendAll(zhang, [video, pdf, program])
  const byType = Object.fromEntries(sent.map((thing) => [thing.msgtype, thing]))
  expect(Object.keys(byType).sort()).toEqual(['file', 'miniprogram', 'video'])
  expect(world.sandbox.world.media[byType.file.file.media_id]?.filename).toBe('手册.pdf')
  expect(byType.miniprogram.miniprogram).toMatchObject({
    appid: 'wx123',
    page: 'pages/a',
    title: '报价器',
    pic_media_id: expect.any(String),
  })
})

test('a name WeCom forgot before its time is got anew, and the message goes once', async () => {
  const picture = await piece({ kind: 'image', title: '新现场', file: await upload(makePng(9, 9), '新.png') })
  const { image } = await send(zhang, picture)
  delete world.sandbox.world.media[image.media_id]
  const again = await send(li, picture)
  expect(again.image.media_id).not.toBe(image.media_id)
})

test('what lies elsewhere is opened by a link of ours; when a piece is over, its link says so politely and counts nothing', async () => {
  const contentId = await piece({
    kind: 'link',
    title: '发布会回放',
    url: 'https://example.com/replay',
    validUntil: new Date(world.clock.now().getTime() + 86_400_000).toISOString(),
  })
  const { link } = await send(li, contentId)
  const page = await readAs(world, `customer:${li.external}`, link.url)
  expect(page.body).toMatch(/href="https:\/\/example.com\/replay"[^>]* data-go/)
  await world.pass(86_400_000)
  const over = await readAs(world, `customer:${li.external}`, link.url)
  expect([over.status, over.ticket]).toEqual([410, ''])
  expect(over.body).toMatch(/不在有效期.*停止接收/s)
  const refused = await world.api('POST', `/api/leads/${zhang.id}/messages`, { contentId }, 'LiLei')
  expect([refused.status, refused.json.error.id]).toEqual([409, 'not_valid'])
})

test('through 客服 each piece goes as what it is, one message each, and the greeting with what he may ask before he has spoken', async () => {
  const [{ open_kfid: kf } = { open_kfid: '' }] = world.sandbox.world.kf.accounts
  const entered = await world.sandbox.customerEntersKf({ name: '赵六', kf })
  await world.settle()
  const greeting = world.sandbox.callsTo('kf/send_msg_on_event').at(-1)?.body as { msgtype: string }
  expect([greeting.msgtype, world.sandbox.received(entered.external_userid).length]).toEqual(['msgmenu', 1])
  await world.sandbox.customerWritesKf({ customer: entered.external_userid, kf, text: '有资料吗' })
  await world.settle()
  const [{ id }] = (await world.api('GET', `/api/leads?externalUserId=${entered.external_userid}`)).json.items
  const before = world.sandbox.callsTo('kf/send_msg').length
  const cover = await upload(makePng(30, 24), '封面.png')
  for (const contentId of [
    await piece({ kind: 'pdf', title: '客服白皮书', file: await upload(makePdf(['一']), '白皮书.pdf'), say: '一页' }),
    await piece({ kind: 'image', title: '客服现场', file: await upload(makePng(21, 20), '现场.png') }),
    await piece({ kind: 'video', title: '客服演示', file: await upload(makeMp4(), '演示.mp4'), asFile: true }),
    await piece({ kind: 'miniprogram', title: '客服报价器', cover, miniProgram: { appId: 'wx123', page: 'pages/a' } }),
  ])
    expect(
      (await world.api('POST', `/api/leads/${id}/messages`, { contentId, channel: 'kf' }, 'ChenJing')).status,
    ).toBe(201)
  await world.settle()
  const sent = world.sandbox
    .callsTo('kf/send_msg')
    .slice(before)
    .map(({ body }) => body as Record<string, unknown> & { msgtype: string })
  expect(sent.map(({ msgtype }) => msgtype).sort()).toEqual(['image', 'link', 'miniprogram', 'video'])
  for (const body of sent) expect(JSON.stringify(body[body.msgtype])).toMatch(/media_id":"[^"]+/)
  const card = { link: { url: expect.stringMatching(/\/s\/\w{12}$/), title: '客服白皮书', desc: '一页' } }
  expect(sent.find(({ msgtype }) => msgtype === 'link')).toMatchObject(card)
})
