import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { putTags } from '../../../src/leads/tags.ts'
import { listContent, resetContent, saveContent, syncLibrary } from '../../../src/messages/library.ts'
import { pickContent } from '../../../src/messages/pick.ts'
import { plan } from '../../../src/messages/plan.ts'
import { tellRoles } from '../../../src/messages/tell.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { addStaff, befriend, openLead } from '../../support/people.ts'

let house: TestHouse
let folder: string
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  folder = await mkdtemp(join(tmpdir(), 'bowtie-library-'))
  await mkdir(join(folder, 'MAL'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = (name: string, head: string, body: string) =>
  writeFile(join(folder, `${name}.md`), `---\n${head}\n---\n${body}\n`)
const piece = (body: string) => write('MAL/one', 'id: one\ntitle: 一\nkind: text\nstages: [MAL]', body)
const one = async () => {
  const [row] = await house.db.query<{ version: number; body: string; origin: string; versions: number }>(
    "SELECT version, body, origin, (SELECT count(*) FROM content c WHERE c.id = 'one') AS versions FROM content WHERE id = 'one' AND current",
  )
  return row
}

test('a file is read once; a changed file is a new version; a file that is gone is withdrawn, and comes back', async () => {
  await piece('第一版')
  expect(await syncLibrary(house, folder)).toEqual({ files: 1, changed: 1 })
  expect(await syncLibrary(house, folder)).toEqual({ files: 1, changed: 0 })
  expect(await one()).toEqual({ version: 1, body: '第一版', origin: 'file', versions: 1 })
  await piece('第二版')
  await Promise.all([syncLibrary(house, folder), syncLibrary(house, folder)])
  expect(await one()).toEqual({ version: 2, body: '第二版', origin: 'file', versions: 2 })
  await rm(join(folder, 'MAL/one.md'))
  await syncLibrary(house, folder)
  expect(await one()).toBeUndefined()
  await piece('第二版')
  await syncLibrary(house, folder)
  expect((await one())?.body).toBe('第二版')
})

test('what a person changed overrides the file until he goes back to it', async () => {
  const saved = await saveContent(
    house,
    { kind: 'text', title: '一', body: '我改的', stages: ['MAL'] },
    'WangMin',
    'one',
  )
  expect(
    await saveContent(house, { kind: 'text', title: '一', body: '我改的', stages: ['MAL'] }, 'WangMin', 'one'),
  ).toEqual(saved)
  await piece('第三版')
  await syncLibrary(house, folder)
  await syncLibrary(house, folder)
  expect(await one()).toMatchObject({ body: '我改的', origin: 'database', version: saved.version })
  await resetContent(house, 'one')
  expect(await one()).toMatchObject({ body: '第三版', origin: 'file' })
  await expect(resetContent(house, 'nothing')).rejects.toMatchObject({ status: 404 })
})

test('a file at fault is named, and nothing is changed', async () => {
  await write('bad', 'id: bad\ntitle: 坏\nkind: nonsense', '正文')
  await expect(syncLibrary(house, folder)).rejects.toThrow('bad.md')
  await write('bad', 'id: one\ntitle: 重\nkind: text\nstages: [MAL]', '正文')
  await expect(syncLibrary(house, folder)).rejects.toThrow('one')
  await rm(join(folder, 'bad.md'))
  expect((await one())?.body).toBe('第三版')
})

test('a piece for a stage the playbook does not have is refused, and so is a version of nothing', async () => {
  const input = { kind: 'text', title: '新', stages: ['NOWHERE'] }
  await expect(saveContent(house, input, 'test')).rejects.toMatchObject({ status: 422 })
  await expect(saveContent(house, { ...input, stages: ['MAL'] }, 'test', 'nothing')).rejects.toMatchObject({
    status: 404,
  })
})

test('the library of the house is in force; its own words are not among the pieces', async () => {
  await syncLibrary(house)
  const pieces = await listContent(house.db)
  expect(pieces.every(({ kind }) => kind !== 'words')).toBe(true)
  expect((await listContent(house.db, { kind: 'words' })).map(({ id }) => id)).toEqual(
    expect.arrayContaining(['welcome', 'welcome-hand-over', 'welcome-returning', 'offer', 'opt-out-done']),
  )
})

test('suggestions are of the lead’s stage, unseen, best match first, and say why', async () => {
  const make = (title: string, more: object) =>
    saveContent(house, { kind: 'text', title, body: '正文', stages: ['SQL'], ...more }, 'test').then(({ id }) => id)
  const general = await make('通用', {})
  const textile = await make('纺织', { industries: ['纺织服装'] })
  const fit = await make('机械', { industries: ['机械制造'], audiences: ['采购'], needs: ['降本'] })
  const leadId = await openLead(house, { fields: { name: '张三', industry: '制造', title: '采购总监' } })
  await house.db.query("UPDATE leads SET stage = 'SQL', desk = 'sales' WHERE id = $1", [leadId])
  await house.db.transaction((tx) => putTags(tx, house, [{ leadId, group: '需求', name: '降本', by: 'test' }]))
  const picked = async () =>
    (await pickContent(house.db, house, leadId, { limit: 100 })).filter(({ contentId }) =>
      [general, textile, fit].includes(contentId),
    )
  const first = await picked()
  expect(first.map(({ contentId }) => contentId)).toEqual([fit, general, textile])
  expect(first[0]?.reason).toMatch(/销售认可.*降本.*机械制造.*采购/)

  await befriend(house, leadId, 'LiLei', 'wm-picked')
  await house.db.transaction((tx) =>
    plan(tx, house, { key: 'picked', leadId, purpose: 'marketing', contentId: fit, by: 'test', personal: true }),
  )
  expect((await picked()).map(({ contentId }) => contentId)).toEqual([general, textile])
  await expect(pickContent(house.db, house, '00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({
    status: 404,
  })
})

test('a notice reaches every active member with the role and those named, each once, however often it is told', async () => {
  await addStaff(house, 'ChenJing', ['manager'])
  await addStaff(house, 'SunLi', ['admin', 'manager'])
  await addStaff(house, 'Gone', ['manager'])
  await addStaff(house, 'WangMin', ['mdr'])
  await house.db.query("UPDATE staff SET active = false WHERE userid = 'Gone'")
  const leadId = await openLead(house)
  const tell = () =>
    house.db.transaction((tx) =>
      tellRoles(tx, house, ['manager'], {
        key: 'n',
        words: 'escalation',
        leadId,
        userids: ['wangmin', 'ChenJing'],
        variables: { reason: '没有人接' },
      }),
    )
  const [first, second] = [await tell(), await tell()]
  expect(first.map(({ recipient }) => recipient)).toEqual(['ChenJing', 'SunLi', 'WangMin'])
  expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id))
  expect(first[0]).toMatchObject({
    channel: 'app-notice',
    state: 'planned',
    body: { text: expect.stringContaining('没有人接') },
  })
})
