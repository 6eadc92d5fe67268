import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../src/root.ts'

/**
 * The import law, as a table: who may import whom. A room not named may import nothing of ours. `src/` itself is the small
 * set of words every room shares (clock, db, define, failures, house, ids, log, actor, metrics, config types, shelf, root).
 */
const words = ['src']
const engine = [...words, 'src/playbook', 'src/stages', 'src/scoring', 'src/routing', 'src/cadence']
const law: Record<string, string[]> = {
  handlers: ['src'],
  bot: [...engine, 'bot', 'src/leads', 'src/messages', 'src/skills', 'src/wecom'],
  // The words refer to each other and to the types of what the house holds; nothing of theirs runs a room.
  src: [
    'src',
    'src/inbox',
    'src/leads',
    'src/messages',
    'src/playbook',
    'src/queue',
    'src/skills',
    'src/wecom',
    'prisma/client',
  ],
  'src/playbook': ['src', 'src/playbook'],
  'src/stages': ['src', 'src/stages', 'src/playbook'],
  'src/scoring': ['src', 'src/scoring', 'src/playbook'],
  'src/routing': ['src', 'src/routing', 'src/playbook'],
  'src/cadence': ['src', 'src/cadence', 'src/playbook'],
  'src/queue': ['src', 'src/queue'],
  'src/wecom': ['src', 'src/wecom'],
  'src/codes': [...engine, 'src/codes', 'src/leads', 'src/messages', 'src/wecom'],
  'src/leads': [
    ...engine,
    'src/codes',
    'src/journeys',
    'src/leads',
    'src/inbox',
    'src/mirror',
    'src/messages',
    'src/offers',
    'src/review',
    'src/wecom',
    'src/opportunities',
  ],
  'src/mirror': [
    ...engine,
    'src/codes',
    'src/mirror',
    'src/leads',
    'src/inbox',
    'src/messages',
    'src/offers',
    'src/review',
    'src/wecom',
  ],
  'src/transfers': [
    ...engine,
    'src/codes',
    'src/transfers',
    'src/leads',
    'src/messages',
    'src/mirror',
    'src/offers',
    'src/opportunities',
    'src/promises',
    'src/skills',
    'src/tasks',
    'src/wecom',
  ],
  'src/segments': [...engine, 'src/segments', 'src/leads', 'src/journeys'],
  'src/lists': [...engine, 'src/lists', 'src/journeys', 'src/leads', 'src/offers', 'src/segments', 'src/team'],
  'src/journeys': [...engine, 'src/journeys', 'src/leads', 'src/messages', 'src/review', 'src/tasks', 'src/webhooks'],
  'src/webhooks': [...engine, 'src/webhooks', 'src/messages'],
  'src/simulation': [...engine, 'src/simulation', 'src/leads', 'src/review'],
  'src/review': [...engine, 'src/journeys', 'src/review', 'src/leads', 'src/offers', 'src/messages', 'src/mirror'],
  'src/offers': [...engine, 'src/codes', 'src/offers', 'src/leads', 'src/messages', 'src/review'],
  'src/messages': [...engine, 'src/messages', 'src/leads', 'src/wecom'],
  'src/sidebar': [...engine, 'src/sidebar', 'src/leads', 'src/messages', 'src/promises', 'src/tracking', 'src/wecom'],
  'src/accounts': [...engine, 'src/accounts', 'src/leads', 'src/messages'],
  'src/opportunities': [...engine, 'src/opportunities', 'src/accounts', 'src/leads', 'src/messages', 'src/offers'],
  'src/tasks': [...engine, 'src/tasks', 'src/leads', 'src/messages', 'src/skills'],
  'src/erasure': [...engine, 'src/erasure', 'src/leads', 'src/messages', 'src/offers'],
  'src/status': [...engine, 'src/status', 'src/wecom'],
  'src/team': [...engine, 'src/team', 'src/leads', 'src/messages', 'src/offers', 'src/opportunities', 'src/transfers'],
  'src/follow-ups': [...engine, 'src/follow-ups', 'src/leads', 'src/messages', 'src/opportunities', 'src/tasks'],
  'src/tracking': [...engine, 'src/tracking', 'src/leads', 'src/messages', 'src/review'],
  'src/reports': [...engine, 'src/reports', 'src/journeys', 'src/leads', 'src/messages'],
  'src/content': [...engine, 'src/content', 'src/leads', 'src/messages', 'src/wecom'],
  'src/channels': [...words, 'src/messages', 'src/wecom', 'src/leads', 'src/playbook', 'src/content'],
  'src/answers': [...engine, 'src/answers', 'src/leads'],
  'src/promises': [...engine, 'src/promises', 'src/leads', 'src/messages', 'src/wecom'],
  'src/model': [...engine, 'src/answers', 'src/model', 'src/webhooks'],
  'src/bookings': [...engine, 'src/bookings', 'src/leads', 'src/messages', 'src/promises'],
  'src/skills': [
    ...engine,
    'src/answers',
    'src/bookings',
    'src/model',
    'src/promises',
    'src/skills',
    'src/leads',
    'src/messages',
    'src/review',
    'src/reports',
    'src/transfers',
  ],
  'src/inbox': [
    ...engine,
    'src/codes',
    'src/inbox',
    'src/leads',
    'src/mirror',
    'src/messages',
    'src/offers',
    'src/promises',
    'src/review',
    'src/skills',
    'src/transfers',
    'src/wecom',
  ],
  'src/jobs': [
    ...engine,
    'src/bookings',
    'src/promises',
    'src/codes',
    'src/journeys',
    'src/jobs',
    'src/inbox',
    'src/content',
    'src/leads',
    'src/lists',
    'src/mirror',
    'src/messages',
    'src/offers',
    'src/reports',
    'src/review',
    'src/skills',
    'src/segments',
    'src/simulation',
    'src/tracking',
    'src/accounts',
    'src/opportunities',
    'src/tasks',
    'src/team',
    'src/transfers',
    'src/erasure',
    'src/webhooks',
  ],
  'src/http': [
    ...engine,
    'src/answers',
    'src/codes',
    'src/journeys',
    'src/http',
    'src/inbox',
    'src/content',
    'src/leads',
    'src/lists',
    'src/mirror',
    'src/model',
    'src/messages',
    'src/offers',
    'src/promises',
    'src/reports',
    'src/review',
    'src/segments',
    'src/simulation',
    'src/sidebar',
    'src/wecom',
    'src/tracking',
    'src/accounts',
    'src/opportunities',
    'src/tasks',
    'src/team',
    'src/transfers',
    'src/erasure',
    'src/status',
    'src/webhooks',
    'src/follow-ups',
  ],
  'src/start': [
    'bot',
    'prisma/seed',
    ...engine,
    'src/answers',
    'src/journeys',
    'src/skills',
    'src/start',
    'src/http',
    'src/inbox',
    'src/leads',
    'src/mirror',
    'src/messages',
    'src/offers',
    'src/queue',
    'src/review',
    'src/wecom',
    'src/jobs',
  ],
  'prisma/seed': [
    ...engine,
    'prisma/seed',
    'src/codes',
    'src/leads',
    'src/messages',
    'src/mirror',
    'src/start',
    'src/inbox',
  ],
  sandbox: ['sandbox'],
  // Markup comes from the server; there is nothing to import.
  'web/h5': [],
  'web/shared': ['web/shared', 'src/http'],
  'web/console': ['web/console', 'web/shared', 'src/http'],
  'web/sidebar': ['web/sidebar', 'web/shared', 'src/http'],
}

interface Import {
  file: string
  from: string
  to: string
  typeOnly: boolean
  target: string
}

const skipped = /(^|\/)(node_modules|build|data|client|dist|\.git)(\/|$)/

function sources(folder: string): string[] {
  return readdirSync(join(projectRoot, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|mts)$/.test(entry.name))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !skipped.test(dirname(file)))
}

function roomOf(file: string): string {
  const parts = dirname(file).split('/')
  if (parts[0] === 'src') return parts.slice(0, 2).join('/')
  if (parts[0] === 'prisma' || parts[0] === 'web') return parts.slice(0, 2).join('/')
  return parts[0] as string
}

const files = ['handlers', 'bot', 'src', 'sandbox', 'prisma', 'web'].flatMap((folder) => {
  try {
    return sources(folder)
  } catch {
    return []
  }
})
const texts = new Map(files.map((file) => [file, readFileSync(join(projectRoot, file), 'utf8')]))
const imports: Import[] = files.flatMap((file) =>
  [
    ...(texts.get(file) as string).matchAll(
      /(?:^|\n)\s*(?:import|export)\s(type\s)?[^'"]*?from\s*'([^']+)'|import\(\s*'([^']+)'\s*\)/g,
    ),
  ].map((match) => {
    const target = match[2] ?? match[3] ?? ''
    // Plain scripts beside package.json are how everything begins; they are nobody's room.
    const path = target.startsWith('.')
      ? relative(projectRoot, resolve(projectRoot, dirname(file), target))
          .split(sep)
          .join('/')
      : ''
    return { file, from: roomOf(file), to: path ? roomOf(path) : '', typeOnly: Boolean(match[1]), target }
  }),
)

const offenders = (test: (text: string, file: string) => boolean): string[] =>
  files.filter((file) => test(texts.get(file) as string, file))
const product = (file: string): boolean => /^(src|handlers|bot)\//.test(file)

describe('who may import whom', () => {
  it('read the house: many files, many imports', () => {
    expect(files.length).toBeGreaterThan(120)
    expect(imports.filter(({ to }) => to).length).toBeGreaterThan(400)
  })

  it('every room imports only what the law allows', () => {
    const broken = imports.filter(
      ({ from, to, target }) => to && !target.endsWith('.mjs') && !(law[from] ?? []).includes(to) && to !== from,
    )
    expect(broken.map(({ file, target }) => `${file} → ${target}`)).toEqual([])
  })

  it('handlers know nothing but the words they are written in', () => {
    const broken = imports.filter(
      ({ from, to, target }) =>
        from === 'handlers' && !(target === 'zod' || (to === 'src' && target.endsWith('src/define.ts'))),
    )
    expect(broken.map(({ file, target }) => `${file} → ${target}`)).toEqual([])
  })

  it('the pure rooms do no I/O', () => {
    const pure = /^src\/(stages|scoring|routing|cadence)\//
    const broken = imports.filter(
      ({ file, target }) => pure.test(file) && /^(node:(?!crypto)|pg|bullmq|undici|koa|@prisma)/.test(target),
    )
    expect(broken.map(({ file, target }) => `${file} → ${target}`)).toEqual([])
    expect(
      offenders((text, file) => pure.test(file) && /(?<![.\w])fetch\(|\.query\(|Date\.now\(|new Date\(\)/.test(text)),
    ).toEqual([])
  })
})

describe('one door each', () => {
  it('the environment is read in src/config.ts', () => {
    expect(
      offenders(
        (text, file) =>
          product(file) && file !== 'src/config.ts' && !file.startsWith('src/start/') && /process\.env\b/.test(text),
      ),
    ).toEqual([])
  })

  it('the time is read through src/clock.ts', () => {
    expect(
      offenders(
        (text, file) =>
          product(file) &&
          file !== 'src/clock.ts' &&
          !file.startsWith('src/start/') &&
          /Date\.now\(\)|new Date\(\)/.test(text),
      ),
    ).toEqual([])
  })

  it('Wechaty is read by the bot alone, and the bot by its own process alone', () => {
    const wechaty = imports.filter(
      ({ file, target, typeOnly }) => product(file) && /^wechaty/.test(target) && !typeOnly,
    )
    expect(wechaty.length).toBeGreaterThan(0)
    expect(wechaty.filter(({ file }) => !file.startsWith('bot/')).map(({ file }) => file)).toEqual([])
    const callers = imports.filter(({ file, target }) => file.startsWith('src/') && /\/bot\/(?!skills)/.test(target))
    expect(callers.map(({ file }) => file)).toEqual(['src/start/bot.ts'])
  })

  it('PrismaClient is made in src/db.ts', () => {
    expect(offenders((text, file) => product(file) && file !== 'src/db.ts' && /PrismaClient\b/.test(text))).toEqual([])
  })

  it('requests leave through src/wecom, and to systems that are not WeCom through the client of src/webhooks or src/model', () => {
    const clients = imports.filter(({ file, target }) => product(file) && /^(undici|node:https?)$/.test(target))
    expect(
      clients
        .filter(
          ({ file, typeOnly }) =>
            !/^src\/(wecom|http|start)\/|^src\/(webhooks|model)\/client\.ts$/.test(file) && !typeOnly,
        )
        .map(({ file }) => file),
    ).toEqual([])
    // Commands of an operator ask our own server; a page's script runs in a browser.
    expect(
      offenders(
        (text, file) =>
          product(file) && !/^src\/(wecom|start)\/|-page\.ts$/.test(file) && /(?<![.\w])fetch\(/.test(text),
      ),
    ).toEqual([])
  })

  it('raw SQL is never built by Prisma', () => {
    expect(offenders((text) => /(queryRawUnsafe|executeRawUnsafe)/.test(text))).toEqual([])
  })
})

describe('the first law', () => {
  const stages = [
    'MAL',
    'MQL',
    'SQL',
    'OPPORTUNITY',
    'CUSTOMER',
    'ONBOARDING',
    'GROWTH',
    'RENEWAL',
    'AT_RISK',
    'CHURNED',
    'DISQUALIFIED',
  ]

  it('no shared code names a stage of the playbook', () => {
    const named = new RegExp(`['"\`](${stages.join('|')})['"\`@]`)
    expect(
      offenders((text, file) => file.startsWith('src/') && named.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''))),
    ).toEqual([])
  })

  it('no shared code names a particular event', () => {
    const named =
      /['"`](add_external_contact|edit_external_contact|del_follow_user|template_card_event|kf_msg_or_event|customer_acquisition)['"`]/
    // The mirror speaks WeCom's own words: it tells an add that was lost as if its event had come.
    expect(
      offenders((text, file) => file.startsWith('src/') && !file.startsWith('src/mirror/') && named.test(text)),
    ).toEqual([])
  })
})

describe('the shape of the house', () => {
  it('has no barrels and no rooms for odds and ends', () => {
    expect(
      files.filter(
        (file) =>
          /(^|\/)(index|utils?|helpers?|services?|managers?|common|misc)(\.tsx?|\/)/i.test(file) &&
          !file.startsWith('web/'),
      ),
    ).toEqual([])
  })

  it('has no file longer than 350 lines', () => {
    // Lists of words are as long as there are words.
    const long = files.filter((file) => (texts.get(file) as string).split('\n').length > 351)
    expect(long.filter((file) => !/\/words\//.test(file))).toEqual([])
  })
})
