import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readFollowUpForm } from '../../src/leads/follow-up-form.ts'
import { type ContentMeta, readTemplate, type TemplateFile } from '../../src/messages/front-matter.ts'
import { renderWords } from '../../src/messages/render.ts'
import { defaultPlaybook } from '../support/playbook.ts'

const root = fileURLToPath(new URL('../../templates', import.meta.url))
const playbook = defaultPlaybook()

const files = (await readdir(root, { recursive: true })).map((file) => file.split(sep).join('/')).sort()
const templates: (TemplateFile & { file: string })[] = await Promise.all(
  files
    .filter((file) => file.endsWith('.md'))
    .map(async (file) => ({
      file,
      ...readTemplate(await readFile(join(root, file), 'utf8'), relative(dirname(root), join(root, file))),
    })),
)
const words = templates.filter(({ meta }) => meta.kind === 'words')
const said = templates.filter(
  (template): template is typeof template & { meta: ContentMeta } => template.meta.kind !== 'words',
)
/** Phrases are said in a chat, again and again; pieces are sent, each once. */
const content = said.filter(({ meta }) => meta.kind !== 'script')
const everything = {
  rule: '投诉未结不发营销',
  text: '您好，附上交付周期对比',
  first: '张三',
  count: 3,
  lead: {
    name: '张三',
    company: '宁波某精密机械',
    title: '采购总监',
    industry: '装备制造',
    region: '宁波',
    stage: '市场线索',
  },
  sender: { name: '李雷', title: '顾问' },
  rep: { name: '韩梅', userid: 'HanMei' },
  source: { channel: '展会A', campaign: '宁波机床展' },
  company: playbook.company,
  need: '缩短交期',
  due: '11 月 23 日（周一）14:30',
  reason: '读完《交付周期对比》并转发给 2 人',
  content: { title: '交付周期对比' },
  times: 3,
  reached: '第 4 页，共 9 页',
  link: 'https://example.com/code',
  qrCode: 'https://example.com/code.png',
}
const promised = { name: '李雷', due: '明天 9:30 前', soon: false, again: false }
const meeting = { when: '11 月 20 日（周五）09:00', name: '李雷', moved: false }
/** What these words always know beside: their callers leave nothing of it out. */
const always: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'kf-human': { promised },
  'kf-human-again': { promised },
  'kf-sorry': { promised },
  'kf-thing': { promised },
  'kf-unsure': { promised },
  'kf-contact-kept': { promised },
  'kf-contact-ask': { hint: '138****8000', consent: playbook.pages.consent.text },
  'kf-times': { person: '李雷', gone: false, meeting },
  'kf-booked': { meeting },
  'kf-off': { meeting },
  'kf-meeting-soon': { when: meeting.when, person: '李雷' },
  'human-draft': { draft: '可以对接金蝶。', sources: '能和 ERP 对接吗' },
  'promise-near': { late: false },
  'meeting-booked': { moved: false },
  'meeting-soon': { told: true },
  acquaintance: { colleague: '韩梅', owner: true },
  'code-trouble': { code: '宁波机床展', reason: '活码里的同事都离职了' },
  'welcome-known': { known: { name: '韩梅', title: '顾问' } },
  morning: { lines: ['早上好，今天有 1 件事', '接单：张三'] },
  'weekly-digest': {
    week: { from: '11 月 16 日', to: '11 月 22 日' },
    // Without rows it says so.
    stages: [],
    returned: { count: 2, words: '暂无需求 2' },
    lost: { count: 1, words: '价格 1' },
    waiting: { review_late: 1, contact_late: 1, send_unconfirmed: 1 },
    url: 'https://example.com/dashboard',
  },
}
/** `row.stage` of a row that the words themselves named. */
const rowOf = (name: string) => name.split('.')[0] ?? ''
const namesIn = (known: Readonly<Record<string, unknown>>) =>
  Object.entries(known).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.keys(value).map((part) => `${name}.${part}`)
      : [name],
  )
const chinese = (text: string) => (text.match(/[\u4e00-\u9fff]/g) ?? []).length

describe('every template', () => {
  it('is there', () => {
    expect(templates.length).toBeGreaterThan(40)
  })

  it('has an id of its own, which is its file’s name', () => {
    const ids = templates.map(({ meta }) => meta.id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { meta, file } of templates) expect(file.endsWith(`/${meta.id}.md`)).toBe(true)
  })

  it.each(templates.map((template) => [template.file, template] as const))(
    '%s renders, whatever is known',
    (_, { meta, body }) => {
      for (const variables of [{}, { lead: {}, sender: {}, rep: {}, source: {}, company: {} }, everything]) {
        const known = { ...variables, ...always[meta.id] }
        const { text, fault } = renderWords({ body, plain: meta.plain || meta.title }, known, 4000)
        expect(fault).toBeNull()
        expect(text).not.toMatch(/\{\{|\{%|undefined|null|\[object|，，|。。|（）|「」/)
        expect(text.endsWith('…')).toBe(false)
      }
    },
  )

  it.each(templates.map((template) => [template.file, template] as const))(
    '%s falls back to a line that needs nothing',
    (_, { meta }) => {
      const { text, fault } = renderWords({ body: '{{ nobody.knows }}', plain: meta.plain }, {}, 4000)
      expect(fault).not.toBeNull()
      expect(chinese(text)).toBeGreaterThan(8)
    },
  )

  it('speaks of nothing but what it may speak of', () => {
    for (const { meta, body, file } of templates) {
      const known = new Set(namesIn({ ...everything, ...always[meta.id] }))
      for (const [, row] of body.matchAll(/\{%-? for (\w+) in/g)) known.add(row as string)
      for (const [, used] of body.matchAll(/\{[{%]-?\s*(?:if|elsif|unless|for \w+ in)?\s*([a-zA-Z_.]+)/g))
        if (!['else', 'endif', 'endfor'].includes(used as string) && !known.has(rowOf(used as string)))
          expect(known, `${file}: ${used}`).toContain(used)
    }
  })
})

describe('what customers read', () => {
  const forbidden = /最|第一|唯一|顶级|首选|领先|国家级|世界级|独家|万能|绝对|永久|保证|百分之百|100%/
  const toCustomers = [...said, ...words.filter(({ meta }) => /^(welcome|introduction|kf-|opt-out)/.test(meta.id))]

  it('has no superlative the advertising law forbids, and crosses no red line', () => {
    for (const { meta, body } of toCustomers) {
      const all = [meta.title, meta.plain, 'say' in meta ? meta.say : '', body].join('\n')
      expect(all.match(forbidden)?.[0], meta.id).toBeUndefined()
      for (const word of playbook.redLine) expect(all.includes(word), `${meta.id}: ${word}`).toBe(false)
    }
  })

  it('uses full-width punctuation beside Chinese', () => {
    for (const { meta, body } of templates)
      expect(
        `${meta.title}${meta.plain}${body}`.match(/[\u4e00-\u9fff][,;:?!]|[,;?!][\u4e00-\u9fff]/)?.[0],
        meta.id,
      ).toBeUndefined()
  })

  it('leaves a space between Chinese and Latin words', () => {
    for (const { meta, body } of templates)
      expect(
        `${meta.title}\n${meta.plain}\n${body.replaceAll(/\{[{%].*?[%}]\}/g, '')}`.match(
          /[\u4e00-\u9fff][A-Za-z]|[A-Za-z][\u4e00-\u9fff]/,
        )?.[0],
        meta.id,
      ).toBeUndefined()
  })

  it('is plain text, as WeChat shows no Markdown', () => {
    for (const { meta, body } of templates) expect(/^#|\*\*|^\||\]\(/m.test(body), meta.id).toBe(false)
  })
})

describe('the library', () => {
  it('names stages of the playbook, its own folder’s among them', () => {
    for (const { meta, file } of content) {
      for (const stage of meta.stages) expect(Object.keys(playbook.stages), meta.id).toContain(stage)
      expect(meta.stages).toContain(file.split('/')[0])
    }
  })

  it.each([
    ...['MAL', 'MQL', 'SQL', 'OPPORTUNITY'].map((stage) => [stage, 3] as const),
    ...['ONBOARDING', 'GROWTH', 'RENEWAL', 'AT_RISK', 'CHURNED'].map((stage) => [stage, 2] as const),
  ])('has for %s at least %d pieces', (stage, least) => {
    expect(content.filter(({ file }) => file.startsWith(`${stage}/`)).length).toBeGreaterThanOrEqual(least)
  })

  it('has articles of 350 to 900 characters, shorter texts, and for each a message that fits a screen', () => {
    for (const { meta, body } of content) {
      const length = chinese(body)
      if (meta.kind === 'article') expect(length, meta.id).toBeGreaterThanOrEqual(350)
      expect(length, meta.id).toBeLessThanOrEqual(meta.kind === 'article' ? 900 : 350)
      expect(meta.say.length, meta.id).toBeGreaterThan(20)
      expect([...meta.say].length, meta.id).toBeLessThanOrEqual(120)
    }
  })

  it('fits into one group message', () => {
    for (const { meta, body } of content) expect(Buffer.byteLength(body), meta.id).toBeLessThanOrEqual(4000)
  })

  it('uses needs and job titles that are tags of the house', () => {
    const tagsOf = (kind: string) =>
      playbook.tagGroups.filter((group) => group.kind === kind).flatMap(({ tags }) => tags)
    for (const { meta } of content) {
      for (const need of meta.needs) expect(tagsOf('need'), meta.id).toContain(need)
      for (const audience of meta.audiences) expect(tagsOf('title'), meta.id).toContain(audience)
      for (const industry of meta.industries)
        expect(
          tagsOf('industry').some((tag) => tag.includes(industry)),
          `${meta.id}: ${industry}`,
        ).toBe(true)
    }
  })
})

describe('the words of the house', () => {
  it('lie in words/, and all that the machine says are there', () => {
    for (const { file } of words) expect(file.startsWith('words/')).toBe(true)
    expect(words.map(({ meta }) => meta.id)).toEqual(
      expect.arrayContaining([
        ...[
          'welcome',
          'welcome-hand-over',
          'welcome-returning',
          'introduction',
          'kf-greeting',
          'kf-human',
          'opt-out-done',
        ],
        ...[
          'offer',
          'offer-lapsed',
          'offer-accepted',
          'review-due',
          'lead-returned',
          'hot-lead',
          'human-wanted',
          'escalation',
        ],
        ...[
          'customer-deleted',
          'customer-deleted-you',
          'transfer-failed',
          'group-send-waiting',
          'group-send-overdue',
          'approval-wanted',
          'todos-new',
          'morning',
          'todos-overdue',
          'acquisition-quota',
          'staff-help',
        ],
      ]),
    )
  })

  it('fit into an app message, which WeCom cuts at 2048 bytes', () => {
    for (const { meta, body } of words)
      expect(
        Buffer.byteLength(renderWords({ body, plain: meta.plain }, everything, 4000).text),
        meta.id,
      ).toBeLessThanOrEqual(2048)
  })

  it('tell everybody who is welcomed how to make it stop', () => {
    expect(words.find(({ meta }) => meta.id === 'welcome')?.body).toContain('退订')
  })
})

describe('the follow-up forms', () => {
  it('are filled in three to six taps, and none asks for typing', async () => {
    const forms = files.filter((file) => file.startsWith('follow-ups/') && file.endsWith('.yaml'))
    expect(forms.length).toBeGreaterThanOrEqual(6)
    for (const file of forms) {
      const form = readFollowUpForm(await readFile(join(root, file), 'utf8'), file)
      expect(`follow-ups/${form.id}.yaml`).toBe(file)
      for (const stage of form.stages) expect(Object.keys(playbook.stages), file).toContain(stage)
      const taps = form.fields.filter(({ kind }) => kind !== 'text')
      expect(taps.length, file).toBeGreaterThanOrEqual(3)
      expect(taps.length, file).toBeLessThanOrEqual(6)
    }
  })

  it('say which file and field is wrong', () => {
    const bad = 'id: x\ntitle: 试\nstages: [MAL]\nfields:\n  - { id: a, label: 备注, kind: text, required: true }\n'
    expect(() => readFollowUpForm(bad, 'follow-ups/x.yaml')).toThrow(
      /follow-ups\/x\.yaml：fields\.0\.required 文字不能是必填/,
    )
  })
})
