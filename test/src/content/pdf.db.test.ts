import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { readFilePage } from '../../../src/content/files.ts'
import { renderPdfs } from '../../../src/content/render-pdfs.ts'
import { testDatabase } from '../../support/db.ts'
import { makeMp4, makePdf, makePng } from '../../support/files.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../support/house.ts'
import { apiToken, type TestServer, testServer } from '../../support/server.ts'

const clock = movableClock(thursdayMorning)
let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
  await api.call('PUT', '/api/staff/LiLei', { roles: ['sales'] })
})
afterAll(() => api.close())

async function upload(bytes: Buffer, name = '白皮书.pdf', as = 'WangMin') {
  const form = new FormData()
  form.set('file', new Blob([new Uint8Array(bytes)]), name)
  const response = await fetch(`${api.url}/api/content/files`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiToken}`, 'Act-As': as },
    body: form,
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  return { status: response.status, json: (await response.json()) as any }
}
const work = async () => {
  while (await renderPdfs(house));
}
const fileOf = async (id: string) => (await api.call('GET', `/api/content/files/${id}`)).json
const fetchFile = (path: string, headers: Record<string, string> = {}) => fetch(api.url + path, { headers })
/** How many pixels of a picture of ours are dark. */
const darkIn = (png: Buffer): number => {
  const at = png.indexOf('IDAT')
  const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))
  return pixels.filter((value) => value > 0 && value < 100).length
}

test('a Chinese PDF becomes pages once, also where its font is not inside it; a piece of it waits until then', async () => {
  const { status, json } = await upload(makePdf(['交期延误的五个原因', '', '逐条对照']))
  expect([status, json.file.state, json.job.kind]).toEqual([201, 'working', 'render-pdf'])
  const piece = { kind: 'pdf', title: '白皮书', stages: ['MAL'], file: json.file.id }
  expect((await api.call('POST', '/api/content', piece)).json.error.message).toContain('还在处理')
  await work()
  expect(await fileOf(json.file.id)).toMatchObject({ state: 'ready', pages: 3, name: '白皮书.pdf' })
  expect((await api.call('GET', `/api/jobs/${json.job.id}`)).json).toMatchObject({ state: 'done', done: 3, total: 3 })
  const cover = await readFilePage(house.db, json.file.id, 0)
  expect(darkIn(cover?.bytes as Buffer)).toBeGreaterThan(300)
  const page = await fetchFile(`/c/f/${json.file.id}/1`)
  expect([page.status, page.headers.get('content-type'), page.headers.get('cache-control')]).toEqual([
    200,
    'image/webp',
    'public, max-age=31536000, immutable',
  ])
  for (const path of ['/4', '/0', '/-1', '/01', '/99999999', '/cover/x', ''])
    expect((await fetchFile(`/c/f/${json.file.id}${path}`)).status).toBe(404)
  const saved = await api.call('POST', '/api/content', piece)
  expect(saved.status).toBe(201)
  const html = (await api.call('GET', `/c/preview/${saved.json.id}`)).text
  expect(html.match(/<img [^>]*data-part/g)).toHaveLength(3)
  expect(html).toContain('第 <b>1</b> 页 / 共 3 页')
  expect(html.length).toBeLessThan(50_000)
})

test.each([
  ['with a password', makePdf(['一'], { locked: true }), /密码/],
  ['that only looks like one', Buffer.from('%PDF-1.4\ngarbage garbage\n%%EOF'), /坏了/],
])('a PDF %s is told so in words that help, and nothing is kept of it', async (_, bytes, words) => {
  const { json } = await upload(bytes)
  await work()
  expect(await fileOf(json.file.id)).toMatchObject({ state: 'refused', problem: expect.stringMatching(words) })
  const job = (await api.call('GET', `/api/jobs/${json.job.id}`)).json
  expect(job).toMatchObject({ state: 'failed', result: { problem: expect.stringMatching(words) } })
  const piece = { kind: 'pdf', title: '白皮书', stages: ['MAL'], file: json.file.id }
  expect((await api.call('POST', '/api/content', piece)).json.error.message).toMatch(words)
})

test('after a crash between two pages the next worker goes on, and every page is there once', async () => {
  const { json } = await upload(makePdf(['第一页', '第二页', '第三页']))
  let pages = 0
  const dies: TestHouse = {
    ...house,
    db: {
      ...house.db,
      transaction: (work) => {
        if (++pages > 2) throw new Error('killed')
        return house.db.transaction(work)
      },
    },
  }
  await expect(renderPdfs(dies)).rejects.toThrow('killed')
  clock.advance(61_000)
  await work()
  expect(await fileOf(json.file.id)).toMatchObject({ state: 'ready', pages: 3 })
  const [row] = await house.db.query<{ n: number }>(
    'SELECT count(*) AS n FROM content_file_pages WHERE file = $1 AND page > 0',
    [json.file.id],
  )
  expect(row?.n).toBe(3)
})

test('a file is served as what it is, whole or in stretches, and never as anything that runs', async () => {
  const png = await upload(makePng(40, 30), 'a<script>.svg')
  expect(png.json.file).toMatchObject({ name: 'a script .svg.png', width: 40, height: 30, state: 'ready' })
  const shown = await fetchFile(`/c/f/${png.json.file.id}`)
  expect(Object.fromEntries(shown.headers)).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'content-disposition': expect.stringMatching(/^inline; filename\*=UTF-8''a%20script/),
  })
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(makePng(40, 30))
  const video = (await upload(makeMp4(), 'v.mp4')).json.file
  const whole = makeMp4()
  const stretch = await fetchFile(`/c/f/${video.id}`, { Range: 'bytes=100-199' })
  expect([stretch.status, stretch.headers.get('content-range')]).toEqual([206, `bytes 100-199/${whole.length}`])
  expect(Buffer.from(await stretch.arrayBuffer())).toEqual(whole.subarray(100, 200))
  const last = await fetchFile(`/c/f/${video.id}`, { Range: 'bytes=-10' })
  expect(Buffer.from(await last.arrayBuffer())).toEqual(whole.subarray(-10))
  expect((await fetchFile(`/c/f/${video.id}`, { Range: `bytes=${whole.length}-` })).status).toBe(416)
  expect((await upload(Buffer.from('<svg onload=alert(1)>'), 'a.png')).json.error.message).toContain('SVG')
  expect((await upload(makePng(1, 1), 'a.png', 'LiLei')).status).toBe(403)
  const [left] = await house.db.query<{ n: number }>('SELECT count(*) AS n FROM uploads')
  expect(left?.n).toBe(0)
})
