import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { variables } from '../src/config.ts'
import { projectRoot } from '../src/root.ts'
import { endLaunched, type Launched, launch } from './support/launch.ts'

const patience = 180_000
let bowtie: Launched
let database: pg.Client

beforeAll(async () => {
  bowtie = await launch()
  await bowtie.says(/已就绪/)
  const { added } = JSON.parse(readFileSync(join(bowtie.dataDir, 'running.json'), 'utf8'))
  database = new pg.Client(added.DATABASE_URL)
  await database.connect()
}, patience)
afterAll(async () => {
  await database?.end()
  await bowtie?.end('SIGTERM')
  await endLaunched()
}, patience)

/** Runs a command as an operator would, beside the server. */
async function run(...args: string[]): Promise<{ code: number | null; out: string }> {
  const unset = Object.fromEntries(Object.keys(variables).map((name) => [name, '']))
  const env = { ...process.env, ...unset, DATA_DIR: bowtie.dataDir, PORT: new URL(bowtie.url).port }
  const child = spawn(process.execPath, [join(projectRoot, 'start.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  const [code, out, fault] = await Promise.all([ended, text(child.stdout), text(child.stderr)])
  return { code, out: out + fault }
}

const one = async (sql: string) => (await database.query(sql)).rows[0]

test('an event one sends oneself is stored and handled, and can be handled again', { timeout: patience }, async () => {
  const file = join(bowtie.dataDir, 'event.xml')
  writeFileSync(
    file,
    '<xml><ToUserName>x</ToUserName><FromUserName>sys</FromUserName><CreateTime>1763780000</CreateTime><MsgType>event</MsgType><Event>change_external_tag</Event><ChangeType>shuffle</ChangeType></xml>',
  )
  expect(await run('receive', file)).toEqual({ code: 0, out: '200 success\n' })
  const event = () => one(`SELECT id, state FROM inbox WHERE path = 'wecom/change_external_tag/shuffle'`)
  await expect.poll(event, { timeout: 20_000 }).toMatchObject({ state: 'done' })
  const { id } = await event()
  expect((await run('replay', String(id))).code).toBe(0)
  await expect.poll(event, { timeout: 20_000 }).toMatchObject({ id, state: 'done' })
})

test('explain tells the story of a lead, score and decisions included', { timeout: patience }, async () => {
  const { id } = await one(
    'SELECT lead_id AS id FROM score_days GROUP BY lead_id ORDER BY count(*) DESC, lead_id LIMIT 1',
  )
  const { code, out } = await run('explain', id)
  expect(out).toMatch(/评分 [A-D][1-4]/)
  expect(out).toMatch(/^ +\+\d+ {2}/m)
  expect(out).toMatch(/经过\n {2}\d{4}-/)
  expect(out).toMatch(/（规则 .+ · 第 \d+ 版）/)
  expect(code).toBe(0)
})

test('doctor finds the sandbox in good health', { timeout: patience }, async () => {
  const { code, out } = await run('doctor')
  expect(out).not.toContain('✗')
  expect(out).toContain('✓ 回调 URL')
  expect(code).toBe(0)
})

test('a command that is used wrongly says how to use it, in one line', { timeout: patience }, async () => {
  for (const args of [['receive'], ['receive', '/no/such/file.xml'], ['replay', 'x'], ['explain', 'x']]) {
    const { code, out } = await run(...args)
    expect({ args, code, lines: out.trim().split('\n').length }).toEqual({ args, code: 64, lines: 1 })
  }
})
