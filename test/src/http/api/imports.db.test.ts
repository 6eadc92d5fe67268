import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runImports } from '../../../../src/leads/import-leads.ts'
import { testDatabase } from '../../../support/db.ts'
import { type TestHouse, testHouse } from '../../../support/house.ts'
import { apiToken, type TestServer, testServer } from '../../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
  await api.call('PUT', '/api/staff/LiNa', { roles: ['mdr'] })
})
afterAll(() => api.close())

async function send(file: string | Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}, as?: string) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  form.set('file', new Blob([file]), '名单.csv')
  const response = await fetch(`${api.url}/api/imports`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiToken}`, ...(as ? { 'Act-As': as } : {}) },
    body: form,
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  return { status: response.status, json: (await response.json()) as any }
}

async function work() {
  while (await runImports(house));
}

async function imported(file: string | Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}) {
  const { status, json } = await send(file, fields)
  expect(status, JSON.stringify(json)).toBe(202)
  await work()
  return (await api.call('GET', `/api/imports/${json.id}?limit=200`)).json
}

const count = async (table: string) =>
  (await house.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n as number

const list = [
  '姓名,公司名称,职位,手机号码,邮箱,需求,是否同意,展位号',
  '张三,宁波精工,采购总监,138 0000 0101,,降本、提效,是,A-12',
  '李四,苏州纺织,厂长,13800000102,li@example.com,,否,',
  '王五,,,不是手机,,,,',
  ',,,,,,,',
  '赵六,杭州某厂,,,,,看情况,',
  '"引号, 先生",,,13800000103,,,,',
  '没有身份,某公司,,,,,,',
].join('\r\n')

test('a list becomes leads with a report row by row, and importing it again changes nothing', async () => {
  const report = await imported(list, { channel: '展会A' })
  expect(report).toMatchObject({
    kind: 'import-leads',
    state: 'done',
    done: 7,
    total: 7,
    result: { created: 4, refused: 2 },
  })
  expect(
    report.items.map((one: { row: number; outcome: string; problem: string | null }) => [
      one.row,
      one.outcome,
      one.problem,
    ]),
  ).toEqual([
    [2, 'created', null],
    [3, 'created', null],
    [4, 'refused', '手机号不对'],
    [6, 'refused', expect.stringContaining('是否同意')],
    [7, 'created', null],
    [8, 'created', null],
  ])
  const [first] = (await api.call('GET', '/api/leads?q=13800000101')).json.items
  expect(first).toMatchObject({
    name: '张三',
    company: '宁波精工',
    title: '采购总监',
    source: { first: { kind: 'import', channel: '展会A' } },
    marketing: 'granted',
  })
  expect(first.tags.map(({ group, name }: { group: string; name: string }) => `${group}:${name}`).sort()).toEqual([
    '需求:提效',
    '需求:降本',
  ])
  expect((await api.call('GET', '/api/leads?q=13800000102')).json.items[0].marketing).toBe('denied')
  const tables = ['leads', 'identities', 'touches', 'lead_tags', 'consents', 'stage_changes', 'timeline']
  const before = await Promise.all(tables.map(count))
  const versions = await house.db.query('SELECT id, version FROM leads ORDER BY id')
  const again = await imported(list, { channel: '展会A' })
  expect(again.result).toEqual({ unchanged: 4, refused: 2 })
  expect(await Promise.all(tables.map(count))).toEqual(before)
  expect(await house.db.query('SELECT id, version FROM leads ORDER BY id')).toEqual(versions)
  expect(await count('uploads')).toBe(0)
})

test('a row that tells something new about a known person joins him; an opt-out is not taken back', async () => {
  const report = await imported('name,mobile,industry,consent\n李四,13800000102,纺织,是\n')
  expect(report.items).toMatchObject([{ row: 2, outcome: 'joined' }])
  const [lead] = (await api.call('GET', '/api/leads?q=13800000102')).json.items
  expect(lead).toMatchObject({ company: '苏州纺织', industry: '纺织', marketing: 'denied' })
})

describe('whatever the file is written in', () => {
  const text = '姓名,手机号\r\n编码,1380000020'
  const gbk = (s: string) =>
    Uint8Array.from([...s].flatMap((character) => gbkBytes[character] ?? [character.charCodeAt(0)]))
  const gbkBytes: Record<string, number[]> = {
    姓: [0xd0, 0xd5],
    名: [0xc3, 0xfb],
    手: [0xca, 0xd6],
    机: [0xbb, 0xfa],
    号: [0xba, 0xc5],
    编: [0xb1, 0xe0],
    码: [0xc2, 0xeb],
  }
  const utf16 = (s: string) => Uint8Array.from(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(s, 'utf16le')]))

  test.each([
    ['UTF-8', `${text}1`, '13800000201'],
    ['UTF-8 with a mark', `\ufeff${text}2`, '13800000202'],
    ['GBK', gbk(`${text}3`), '13800000203'],
    ['UTF-16', utf16(`${text}4`), '13800000204'],
    ['tabs', `${text}5`.replaceAll(',', '\t'), '13800000205'],
    ['semicolons', `${text}6`.replaceAll(',', ';'), '13800000206'],
  ])('%s', async (_, file, mobile) => {
    expect((await imported(file)).result).toEqual({ created: 1 })
    expect((await api.call('GET', `/api/leads?q=${mobile}`)).json.items).toMatchObject([{ name: '编码' }])
  })

  test('XLSX, its numbers kept as they are', async () => {
    const file = xlsx([
      ['姓名', '手机号', '公司'],
      ['表格', 13800000207, 'A & B <公司>'],
    ])
    expect((await imported(file)).result).toEqual({ created: 1 })
    expect((await api.call('GET', '/api/leads?q=13800000207')).json.items).toMatchObject([
      { name: '表格', company: 'A & B <公司>' },
    ])
  })

  test('raw, without a form around it', async () => {
    const { status, json } = await api.call('POST', '/api/imports?name=raw.csv&channel=raw', `${text}8`, {
      headers: { 'Content-Type': 'text/csv' },
    })
    expect(status).toBe(202)
    await work()
    expect((await api.call('GET', `/api/imports/${json.id}`)).json.result).toEqual({ created: 1 })
  })
})

test('headings can be told what they mean, and what to leave out', async () => {
  const mapping = JSON.stringify({ 客户: 'name', 号码: 'mobile', 备注: '' })
  expect((await imported('客户,号码,备注,其他\n孙七,13800000301,秘密,留下', { mapping })).result).toEqual({
    created: 1,
  })
  const [row] = await house.db.query<{ name: string; attributes: unknown }>(
    `SELECT name, attributes FROM leads WHERE name = '孙七'`,
  )
  expect(row?.attributes).toEqual({ 其他: '留下' })
  expect((await send('a,b\n1,2', { mapping: '{"a":"owner"}' })).status).toBe(422)
  expect((await send('a,b\n1,2', { mapping: '{' })).status).toBe(400)
  expect(await count('uploads')).toBe(0)
})

test('a file nobody can read ends as failed, saying why', async () => {
  for (const [file, why] of [
    ['', '空'],
    ['foo,bar\n1,2\n', '列名'],
    [Uint8Array.from(Buffer.from('PK\x03\x04 not really', 'latin1')), 'XLSX'],
  ] as const) {
    const report = await imported(file)
    expect(report).toMatchObject({ state: 'failed', result: { problem: expect.stringContaining(why) } })
  }
  expect(await count('uploads')).toBe(0)
})

test('what is not a file is refused at the door', async () => {
  expect((await api.call('POST', '/api/imports', { file: 'x' })).status).toBe(400)
  expect((await api.call('POST', '/api/imports', '', { headers: { 'Content-Type': 'text/csv' } })).status).toBe(400)
  const empty = new FormData()
  empty.set('channel', 'x')
  const response = await fetch(`${api.url}/api/imports`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiToken}` },
    body: empty,
  })
  expect(response.status).toBe(422)
  const torn = await api.call(
    'POST',
    '/api/imports',
    '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nabc',
    {
      headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
    },
  )
  expect(torn.status).toBe(400)
  expect(await count('uploads')).toBe(0)
})

test('a worker that dies in the middle loses nothing and doubles nothing: another goes on', async () => {
  const rows = Array.from({ length: 2_300 }, (_, n) => `客户${n},139${String(n).padStart(8, '0')}`)
  const { json } = await send(`姓名,手机号\n${rows.join('\n')}\n`)
  const dying: TestHouse = { ...house, db: { ...house.db } }
  let transactions = 0
  dying.db.transaction = (run) => {
    if (++transactions === 2) throw new Error('killed')
    return house.db.transaction(run)
  }
  const dies = async () => {
    while (await runImports(dying));
  }
  await expect(dies()).rejects.toThrow('killed')
  const half = (await api.call('GET', `/api/imports/${json.id}`)).json
  expect(half).toMatchObject({ state: 'working', done: 1000 })
  expect(half.total).toBeGreaterThan(2000)
  ;(house.clock as unknown as { advance(ms: number): void }).advance(61_000)
  await work()
  const whole = (await api.call('GET', `/api/imports/${json.id}?outcome=created`)).json
  expect(whole).toMatchObject({ state: 'done', done: 2300, total: 2300, result: { created: 2300 } })
  const [people] = await house.db.query(`SELECT count(*) AS n FROM leads WHERE name LIKE '客户%'`)
  expect(people).toEqual({ n: 2300 })
  // The report pages through every row once.
  const seen: number[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { items: { row: number }[]; nextCursor: string | null } = (
      await api.call('GET', `/api/imports/${json.id}?limit=200&cursor=${cursor}`)
    ).json
    seen.push(...page.items.map(({ row }) => row))
    cursor = page.nextCursor
  }
  expect(seen).toEqual(Array.from({ length: 2300 }, (_, n) => n + 2))
})

test("somebody else's import is not shown", async () => {
  const { json } = await send('姓名\n我', {}, 'WangMin')
  await work()
  expect((await api.call('GET', `/api/imports/${json.id}`, undefined, { as: 'WangMin' })).status).toBe(200)
  expect((await api.call('GET', `/api/imports/${json.id}`, undefined, { as: 'LiNa' })).status).toBe(403)
  expect((await api.call('GET', `/api/jobs/${json.id}`)).status).toBe(200)
  expect((await api.call('GET', '/api/imports/0190a000-0000-7000-8000-000000000000')).status).toBe(404)
})

/** The smallest workbook a spreadsheet program would open: stored, not compressed. */
function xlsx(rows: (string | number)[][]): Uint8Array<ArrayBuffer> {
  const markup = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const cells = rows.map(
    (row, r) =>
      `<row r="${r + 1}">${row
        .map((cell, c) => {
          const place = `${String.fromCharCode(65 + c)}${r + 1}`
          return typeof cell === 'number'
            ? `<c r="${place}"><v>${cell}</v></c>`
            : `<c r="${place}" t="inlineStr"><is><t>${markup(cell)}</t></is></c>`
        })
        .join('')}</row>`,
  )
  const spread = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const packages = 'http://schemas.openxmlformats.org/package/2006'
  return zip({
    '[Content_Types].xml': `<Types xmlns="${packages}/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${spread}" xmlns:r="${office}"><sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${spread}"><sheetData>${cells.join('')}</sheetData></worksheet>`,
  })
}

function zip(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(files)) {
    const path = Buffer.from(name)
    const bytes = Buffer.from(text)
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt32LE(crc32(bytes), 10)
    head.writeUInt32LE(bytes.length, 14)
    head.writeUInt32LE(bytes.length, 18)
    head.writeUInt16LE(path.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), head, path, bytes])
    const entry = Buffer.concat([
      Buffer.from('PK\x01\x02', 'latin1'),
      Buffer.from([20, 0]),
      head,
      Buffer.alloc(14),
      path,
    ])
    entry.writeUInt32LE(at, 42)
    parts.push(local)
    directory.push(entry)
    at += local.length
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(at, 16)
  return Uint8Array.from(Buffer.concat([...parts, ...directory, end]))
}

function crc32(bytes: Buffer): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
