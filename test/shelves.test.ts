import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { milliseconds } from '../src/clock.ts'
import type { House } from '../src/house.ts'
import { readLibrary, templatesFolder } from '../src/messages/library.ts'
import { codeRoot, projectRoot } from '../src/root.ts'
import { hasMembers, loadShelf } from '../src/shelf.ts'
import { loadShelves } from '../src/start/build-house.ts'

let shelves: House['shelves']
let words: string[]
beforeAll(async () => {
  shelves = await loadShelves(codeRoot)
  words = (await readLibrary(templatesFolder)).filter(({ kind }) => kind === 'words').map(({ id }) => id)
})

/** Every line of the product's own code. */
const sources = ['src', 'handlers', 'bot'].flatMap((room) =>
  readdirSync(join(projectRoot, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return { file: file.slice(projectRoot.length + 1), text: readFileSync(file, 'utf8') }
    }),
)
const mentioned = (pattern: RegExp): { name: string; file: string }[] =>
  sources.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([, name = '']) => ({ name, file })))

describe('every definition', () => {
  it('loads, and none is missing', () => {
    expect(shelves.handlers.size).toBeGreaterThan(45)
    expect([...shelves.channels.keys()]).toEqual(expect.arrayContaining(['app-notice', 'group-send', 'kf', 'welcome']))
    expect(shelves.skills.size).toBeGreaterThan(3)
    expect(shelves.jobs.size).toBeGreaterThan(25)
  })

  it('of an event stands where WeCom’s own names say, in lower case and at most three levels deep', () => {
    for (const path of shelves.handlers.keys()) {
      expect(path).toMatch(/^(wecom|kf)(\/[a-z0-9_]+){1,2}$/)
    }
  })

  it('of an event has a lane that somebody works on', () => {
    for (const [path, { lane }] of shelves.handlers) expect(shelves.jobs.has(`dispatch-${lane}`), path).toBe(true)
  })

  it('of a job says how often it runs in the grammar of durations', () => {
    for (const [name, { every }] of shelves.jobs) expect(milliseconds(every), name).toBeGreaterThanOrEqual(1_000)
  })

  it('of a skill hears by patterns that hear the same words twice', () => {
    for (const [name, { hears, speaker }] of shelves.skills) {
      expect(['customer', 'staff']).toContain(speaker)
      for (const pattern of hears) expect(`${name} ${pattern.flags}`).not.toMatch(/[gy]$/)
    }
  })
})

describe('what code names', () => {
  it('as words is a template of the house', () => {
    const named = [
      ...mentioned(/\bwords: '([a-z][a-z0-9-]*)'/g),
      ...mentioned(/notices\.tell\(\s*'([a-z][a-z0-9-]*)'/g),
      ...mentioned(/messages\.plan\(\s*\w+,\s*'([a-z][a-z0-9-]*)'/g),
    ]
    expect(named.length).toBeGreaterThan(20)
    for (const { name, file } of named) expect(words, `${file} names the words "${name}"`).toContain(name)
  })

  it('as a job to be woken is a job', () => {
    const woken = mentioned(/wake\.up\('([a-z-]+)'\)/g)
    expect(woken.length).toBeGreaterThan(10)
    for (const { name, file } of woken) expect(shelves.jobs.has(name), `${file} wakes "${name}"`).toBe(true)
  })

  it('as a channel is a channel', () => {
    for (const { name, file } of mentioned(/\bchannel: '([a-z-]+)'/g))
      expect(shelves.channels.has(name), `${file} names the channel "${name}"`).toBe(true)
  })
})

describe('a shelf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bowtie-shelf-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const check = hasMembers({ every: 'string', run: 'function' })
  const shelfOf = async (files: Record<string, string>) => {
    const room = mkdtempSync(join(folder, 'room-'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(room, name), text)
    return loadShelf(room, check)
  }
  const good = "export default { every: '1s', run: async () => false }\n"

  it('names a definition by its path', async () => {
    expect([...(await shelfOf({ 'one.ts': good, 'two.ts': good, 'notes.md': 'not code' })).keys()]).toEqual([
      'one',
      'two',
    ])
  })

  it.each([
    ['two that differ only in case', { 'One.ts': good, 'one.ts': good }, /one\.ts: "one" is defined twice \(see One\)/],
    ['one without a default export', { 'one.ts': 'export const x = 1\n' }, /one\.ts: has no default export/],
    ['one that lacks a member', { 'one.ts': "export default { every: '1s' }\n" }, /one\.ts: "run" is missing/],
    [
      'one with a member of another kind',
      { 'one.ts': 'export default { every: 1, run() {} }\n' },
      /"every" is missing or is not a string/,
    ],
    [
      'one that is nothing at all',
      { 'one.ts': 'export default null\n' },
      /one\.ts: the default export is not a definition/,
    ],
  ])('refuses %s, naming the file', async (_name, files, message) => {
    await expect(shelfOf(files)).rejects.toThrow(message)
  })
})
