import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { variables } from '../src/config.ts'
import type { Channel, Handler, Job, Skill } from '../src/define.ts'
import type { Route } from '../src/http/route.ts'
import { intentsOf } from '../src/inbox/intents.ts'
import { readTemplate } from '../src/messages/front-matter.ts'
import { renderWords } from '../src/messages/render.ts'
import { applyMergePatch } from '../src/playbook/merge-patch.ts'
import { PlaybookSchema } from '../src/playbook/schema.ts'
import { projectRoot } from '../src/root.ts'

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8')
const pages = ['', 'docs', 'docs/decisions', 'sandbox'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)
const readmes = ['README.md', 'README.en.md']
const allMatches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '')

describe('what the pages name is there', () => {
  it('found the pages', () => {
    for (const page of [...readmes, 'ARCHITECTURE.md', 'AGENTS.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])
      expect(pages).toContain(page)
    expect(pages.filter((page) => /^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/.test(page)).length).toBeGreaterThan(11)
  })

  it('every relative link resolves', () => {
    const broken = pages.flatMap((page) =>
      allMatches(read(page), /\]\(([^)\s]+)\)/g)
        .filter((target) => !/^(https?:|#|mailto:)/.test(target))
        .filter((target) => !existsSync(join(projectRoot, dirname(page), target.split('#')[0] ?? '')))
        .map((target) => `${page} → ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('every npm script is one of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = pages.flatMap((page) =>
      allMatches(read(page), /npm run ([a-z][a-z-]*)/g).map((script) => `${page}: ${script}`),
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((one) => !((one.split(': ')[1] ?? '') in scripts))).toEqual([])
  })

  it('every environment variable is one the program reads', () => {
    const known = new Set([...Object.keys(variables), 'NODE_ENV'])
    const named = pages.flatMap((page) =>
      allMatches(
        read(page),
        /\b((?:WECOM|DATABASE|REDIS|SESSION|DATA|API|PUBLIC|CONTENT|LOG|TZ|TRUST|HTTPS|NO)_[A-Z_]+)\b/g,
      )
        .filter((name) => !name.endsWith('_'))
        .map((name) => `${page}: ${name}`),
    )
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((one) => !known.has(one.split(': ')[1] ?? ''))).toEqual([])
  })

  it('every path in ARCHITECTURE.md exists', () => {
    const paths = allMatches(
      read('ARCHITECTURE.md'),
      /((?:src|handlers|bot|test|prisma|web|sandbox|templates|docs)\/[\w./-]*\w)/g,
    )
    expect(paths.length).toBeGreaterThan(30)
    expect(paths.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([])
  })

  it('the README tells newcomers to test as CI does', () => {
    expect(read('.ci/run')).toMatch(/^exec npm test$/m)
    for (const readme of readmes) expect(read(readme)).toContain('npm test')
  })

  it('speaks of no package registry and of no machine of ours', () => {
    const telling = [...pages, '.env.example', '.ci/run', 'package.json', 'package-lock.json'].filter((file) =>
      /registry\.[a-z]|npmmirror|"resolved": "http|(^|[\s("'`])\/(work|farm|tmp)\//m.test(read(file)),
    )
    expect(telling).toEqual([])
  })
})

describe('the recipes of CONTRIBUTING.md work as they stand', () => {
  const recipes = readRecipes(read('CONTRIBUTING.md'))
  const folder = mkdtempSync(join(tmpdir(), 'bowtie-recipes-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Loads a recipe as if it stood at its path; what it imports is the checkout's. */
  async function load<T>(path: string, name = 'default'): Promise<T> {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    const code = recipe(path).replace(
      /from '(\.[^']+)'/g,
      (_, target: string) => `from '${pathToFileURL(join(projectRoot, dirname(path), target)).href}'`,
    )
    writeFileSync(file, code.replace("from 'zod'", `from '${import.meta.resolve('zod')}'`))
    const module = (await import(pathToFileURL(file).href)) as Record<string, T>
    return module[name] as T
  }
  const recipe = (path: string): string => {
    const text = recipes.get(path)
    if (text === undefined) throw new Error(`CONTRIBUTING.md has no recipe for ${path}`)
    return text
  }

  it('an event', async () => {
    const handler = await load<Handler>('handlers/wecom/customer_acquisition/open_profile.ts')
    expect(intentsOf(handler, { LinkId: 'cawc1', State: 'expo' })).toEqual([
      { verb: 'notices.tell', roles: ['mdr'], words: 'profile-opened', variables: { reason: 'expo' } },
    ])
  })

  it('words of the house, and a piece for customers', () => {
    for (const path of ['templates/words/profile-opened.md', 'templates/MAL/checklist-supplier-audit.md']) {
      const { meta, body } = readTemplate(recipe(path), path)
      const { text, fault } = renderWords({ body, plain: meta.plain }, { lead: {}, reason: 'expo' }, 4000)
      expect(fault).toBeNull()
      expect(text).not.toContain('{{')
    }
  })

  it('a rule', () => {
    const playbook: unknown = parse(read('templates/playbook.yaml'))
    const rule: unknown = parse(recipe('templates/playbook.yaml'))
    const changed = PlaybookSchema.parse(applyMergePatch(playbook, rule))
    expect(changed.score.events.webinar_joined).toMatchObject({ weight: 10, cap: 20 })
  })

  it('a channel, a skill and a job', async () => {
    const channel = await load<Channel>('src/channels/rehearsal.ts')
    expect(channel).toMatchObject({ textBytes: 2048, waitsFor: null, send: expect.any(Function) })
    const skill = await load<Skill>('bot/skills/opening-hours.ts')
    expect(skill.hears.some((pattern) => pattern.test('请问你们几点上班'))).toBe(true)
    const job = await load<Job>('src/jobs/close-suggestions.ts')
    expect(job).toEqual({ every: '1h', run: expect.any(Function) })
  })

  it('an API call, which says who may use it', async () => {
    const [call] = await load<readonly Route[]>('src/http/api/clock.ts', 'clockRoutes')
    expect(call).toMatchObject({ method: 'get', path: '/api/clock', who: 'everyone', scope: 'house' })
  })

  it('a migration stands where migrations stand, and collides with none', () => {
    const path = 'prisma/migrations/0099_lead_language/migration.sql'
    expect(recipe(path)).not.toMatch(/\b(BEGIN|COMMIT|CONCURRENTLY)\b/)
    expect(existsSync(join(projectRoot, dirname(path)))).toBe(false)
  })

  it('shows nothing that is there already', () => {
    const taken = [...recipes.keys()].filter(
      (path) => path !== 'templates/playbook.yaml' && existsSync(join(projectRoot, path)),
    )
    expect(taken.map((path) => relative(projectRoot, path))).toEqual([])
  })
})

/** Fenced blocks whose first line names a file, by that name. */
function readRecipes(page: string): Map<string, string> {
  const recipes = new Map<string, string>()
  for (const [, block = ''] of page.matchAll(/```\w+\n([\s\S]*?)```/g)) {
    const path = /^(?:\/\/|#|--|<!--)\s*(?:part of )?([\w./-]+\.\w+)/.exec(block)?.[1]
    if (path) recipes.set(path, block.slice(block.indexOf('\n') + 1))
  }
  return recipes
}
