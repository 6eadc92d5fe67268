import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { applyMergePatch } from '../../../src/playbook/merge-patch.ts'
import { PlaybookSchema } from '../../../src/playbook/schema.ts'
import { defaultPlaybook, rawPlaybook } from '../../support/playbook.ts'

const faults = (patch: unknown) => {
  const parsed = PlaybookSchema.safeParse(applyMergePatch(rawPlaybook(), patch))
  return (parsed.error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
}

describe('the default playbook', () => {
  it('is valid, and stays the same when read back from the database', () => {
    const playbook = defaultPlaybook()
    expect(PlaybookSchema.parse(JSON.parse(JSON.stringify(playbook)))).toEqual(playbook)
  })

  it('has a WeCom tag for each stage that holds its id and fits in 30 characters', () => {
    for (const [id, { tag }] of Object.entries(defaultPlaybook().stages)) {
      expect(tag).toContain(id)
      expect([...(tag as string)].length).toBeLessThanOrEqual(30)
    }
  })

  it('offers no more decline reasons than a card can show', () => {
    expect(defaultPlaybook().reasons.decline?.options.length).toBeLessThanOrEqual(10)
  })

  it('says where its numbers come from', async () => {
    const text = await readFile(new URL('../../../templates/playbook.yaml', import.meta.url), 'utf8')
    for (const source of ['Marketo', 'MarketUP', 'CordysCRM', 'HubSpot', '致趣', 'Odoo', '国务院办公厅'])
      expect(text).toContain(source)
  })
})

describe('a change of the playbook', () => {
  it.each<[string, unknown]>([
    ['hours that are always or never', { hours: { work: 'always', quiet: 'never', holidays: 'never' } }],
    ['no window for group sends', { groupSend: { window: 0 } }],
    ['the same as text', { groupSend: { window: '0' } }],
    ['a short accept time', { sla: { accept: '2s' } }],
    ['one number of the caps', { caps: { person: { day: 100 } } }],
    ['no caps', { caps: null }],
    ['asking for consent', { consent: { default: 'ask' } }],
    ['other sources for review', { review: { channels: ['展会A'] } }],
    ['a new kind of event', { score: { events: { webinar_join: { weight: 15 } } } }],
    ['a heavier event', { score: { events: { price_view: { weight: 50 } } } }],
    [
      'a rule for one region',
      {
        routing: { rules: [{ id: 'ningbo', name: '宁波', when: { field: 'region', op: 'contains', value: '宁波' } }] },
      },
    ],
  ])('to %s is taken', (_, patch) => {
    expect(faults(patch)).toEqual([])
  })

  it('keeps a duration of nothing as 0s', () => {
    expect(defaultPlaybook({ groupSend: { window: 0 } }).groupSend.window).toBe('0s')
  })

  it.each<[string, unknown, RegExp]>([
    ['a word nobody knows', { capz: {} }, /^: .*capz/],
    ['a word nobody knows deep inside', { sla: { followUp: { remnid: '3d' } } }, /^sla\.followUp: .*remnid/],
    ['a duration that is none', { sla: { review: 'soon' } }, /^sla\.review: 不是时长/],
    ['no time to accept', { sla: { accept: 0 } }, /^sla\.accept: 时长必须大于 0/],
    ['a time of day that is none', { hours: { quiet: [{ from: '21:00', to: '25:00' }] } }, /^hours\.quiet\b.*不是时刻/],
    ['a date that is none', { hours: { holidays: [{ date: '2026-02-30' }] } }, /^hours\.holidays\b.*不是日期/],
    [
      'a stage that is not there',
      { edges: [{ id: 'x', name: '走', on: 'advance', from: ['MQL@sales'], to: 'NOPE@sales', by: ['admin'] }] },
      /没有阶段「NOPE」/,
    ],
    [
      'a desk that is not there',
      { edges: [{ id: 'x', name: '走', on: 'advance', from: ['MQL@moon'], to: 'SQL@sales', by: ['admin'] }] },
      /没有工位「moon」/,
    ],
    [
      'a verb the engine has not',
      { edges: [{ id: 'x', name: '走', on: 'teleport', to: 'MAL@nurture', by: ['admin'] }] },
      /^edges\.0\.on: 请写/,
    ],
    [
      'no way in',
      { edges: [{ id: 'x', name: '走', on: 'advance', from: ['MQL@sales'], to: 'SQL@sales', by: ['admin'] }] },
      /缺少 intake/,
    ],
    [
      'a list of reasons that is not there',
      { verdicts: { mql: { reasons: 'nope' } } },
      /^verdicts\.mql\.reasons: 没有原因表/,
    ],
    [
      'eleven decline reasons',
      { reasons: { decline: { options: Array.from({ length: 11 }, (_, i) => ({ id: `r${i}`, name: '忙' })) } } },
      /最多放 10 个/,
    ],
    ['a stage tag without its id', { stages: { MQL: { tag: '市场认可' } } }, /^stages\.MQL\.tag: 标签要包含阶段 id/],
    [
      'grades out of order',
      {
        score: {
          grades: {
            fit: [
              { id: 'A', from: 10 },
              { id: 'B', from: 50 },
            ],
          },
        },
      },
      /等级要从高到低/,
    ],
    ['a bad fit that is no grade', { review: { badFit: 'Z' } }, /^review\.badFit: 没有契合等级/],
    [
      'a rule on a field nobody may ask about',
      { routing: { rules: [{ id: 'a', name: 'a', when: { field: 'secret', op: '=', value: 1 } }] } },
      /^routing\.rules\.0\.when\.field: 不认识的字段/,
    ],
    [
      'two rules of one name',
      {
        routing: {
          rules: [
            { id: 'a', name: 'a' },
            { id: 'a', name: 'b' },
          ],
        },
      },
      /规则「a」写了两次/,
    ],
    ['a removed part that must be there', { stages: null }, /^stages: /],
  ])('to %s is refused, by its place and in Chinese', (_, patch, fault) => {
    expect(faults(patch).some((line) => fault.test(line))).toBe(true)
    for (const line of faults(patch)) expect(line).toMatch(/[\u4e00-\u9fff]/)
  })
})
