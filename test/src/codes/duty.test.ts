import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dutyAt, type Member } from '../../../src/codes/duty.ts'
import type { CodePlan } from '../../../src/codes/plan.ts'
import { fillRemark, unknownWords } from '../../../src/codes/remark.ts'
import { type Calendar, calendar } from '../../../src/playbook/hours.ts'

const hours = {
  work: 'always',
  quiet: 'never',
  quietUrgent: 'always',
  holidays: [
    { from: '2026-10-01', to: '2026-10-07', name: '国庆', work: false },
    { date: '2026-10-10', name: '调休', work: true },
  ],
} as const
const china = calendar(structuredClone(hours) as never, 'Asia/Shanghai')
const at = (text: string) => new Date(`${text}+08:00`)

const who = (plan: CodePlan, when: string, more: { members?: Member[]; adds?: Record<string, number> } = {}) =>
  stand(plan, at(when), more)
const stand = (
  plan: CodePlan,
  when: Date,
  { members = [], adds = {} }: { members?: Member[]; adds?: Record<string, number> } = {},
  zone: Calendar = china,
) =>
  dutyAt({ staff: ['Desk'], plan }, zone, {
    members: new Map(members.map((member) => [member.userid.toLowerCase(), member])),
    adds: new Map(Object.entries(adds)),
    at: when,
  })

const week: CodePlan = {
  slots: [
    { days: 'workdays', from: '09:00', to: '12:00', staff: ['LiLei'] },
    { days: 'workdays', from: '11:00', to: '18:00', staff: ['HanMeimei'] },
    { days: ['fri', 'sat'], from: '22:00', to: '02:00', staff: ['Night'] },
    { days: 'holidays', from: '10:00', to: '16:00', staff: ['Holiday'] },
  ],
}

describe('who stands behind a code', () => {
  it('is whoever has a slot, together where slots overlap, and the code’s own people outside all of them', () => {
    expect(who(week, '2026-11-19T09:00')).toMatchObject({
      userids: ['LiLei'],
      why: 'slot',
      nextAt: at('2026-11-19T11:00'),
    })
    expect(who(week, '2026-11-19T11:30').userids).toEqual(['HanMeimei', 'LiLei'])
    expect(who(week, '2026-11-19T12:00').userids).toEqual(['HanMeimei'])
    expect(who(week, '2026-11-19T18:00')).toMatchObject({ userids: ['Desk'], why: 'staff' })
  })

  it('keeps weekends, holidays and made-up working days, and spans that pass midnight', () => {
    expect(who(week, '2026-11-21T10:00').userids).toEqual(['Desk'])
    expect(who(week, '2026-11-20T23:59').userids).toEqual(['Night'])
    expect(who(week, '2026-11-21T01:59')).toMatchObject({ userids: ['Night'], nextAt: at('2026-11-21T02:00') })
    expect(who(week, '2026-11-22T01:59').userids).toEqual(['Night'])
    expect(who(week, '2026-11-23T01:59').userids).toEqual(['Desk'])
    expect(who(week, '2026-10-01T10:30').userids).toEqual(['Holiday'])
    expect(who(week, '2026-10-02T23:00').userids).toEqual(['Desk'])
    expect(who(week, '2026-10-10T09:30').userids).toEqual(['LiLei'])
  })

  it('gives way: to whoever has room, to the backup, to the code’s own, present or not, and only then to nobody', () => {
    const plan: CodePlan = { ...week, limit: 5, limits: { LiLei: 2 }, backup: ['Spare'] }
    const when = '2026-11-19T11:30'
    expect(who(plan, when, { adds: { lilei: 2, hanmeimei: 4 } }).userids).toEqual(['HanMeimei'])
    const full = { lilei: 2, hanmeimei: 5 }
    expect(who(plan, when, { adds: full })).toMatchObject({ userids: ['Spare'], why: 'backup' })
    const away = (userid: string, here = true): Member => ({ userid, here, absentUntil: at('2026-11-20T00:00') })
    expect(who(plan, when, { adds: full, members: [away('Spare')] })).toMatchObject({
      userids: ['Desk'],
      why: 'default',
    })
    expect(who(plan, when, { adds: full, members: [away('Spare'), away('Desk')] }).userids).toEqual(['Desk'])
    expect(who(plan, when, { adds: full, members: [away('Spare', false), away('Desk', false)] })).toMatchObject({
      userids: [],
      why: 'nobody',
    })
  })

  it('comes back by itself: after an absence, and at midnight when the day’s adds are forgotten', () => {
    const back: Member = { userid: 'LiLei', here: true, absentUntil: at('2026-11-19T10:00') }
    expect(who(week, '2026-11-19T09:30', { members: [back] })).toMatchObject({
      userids: ['Desk'],
      nextAt: at('2026-11-19T10:00'),
    })
    expect(who({ limit: 1 }, '2026-11-19T20:00', { adds: { desk: 1 } }).nextAt).toEqual(at('2026-11-20T00:00'))
    expect(who({ limit: 1 }, '2026-11-19T20:00').nextAt).toBeNull()
  })

  it('never changes between one announced change and the next', () => {
    const clock = fc
      .integer({ min: 0, max: 95 })
      .map((n) => `${String(n >> 2).padStart(2, '0')}:${String((n & 3) * 15).padStart(2, '0')}`)
    const slot = fc
      .record({
        days: fc.constantFrom('mon', 'wed', 'sat', 'workdays', 'weekends', 'holidays', 'all') as fc.Arbitrary<'mon'>,
        from: clock,
        to: clock,
        staff: fc.subarray(['A', 'B', 'C'], { minLength: 1 }),
      })
      .filter(({ from, to }) => from !== to)
    fc.assert(
      fc.property(
        fc.array(slot, { maxLength: 5 }),
        fc.integer({ min: 0, max: 30 * 1440 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/Sao_Paulo'),
        (slots, minutes, share, zone) => {
          const zoned = calendar(structuredClone(hours) as never, zone)
          const start = new Date(Date.UTC(2026, 8, 25) + minutes * 60_000)
          const first = stand({ slots }, start, {}, zoned)
          const end = first.nextAt ?? new Date(start.getTime() + 14 * 86_400_000)
          const between = new Date(start.getTime() + Math.floor((end.getTime() - start.getTime()) * share))
          expect(end.getTime()).toBeGreaterThan(start.getTime())
          expect(stand({ slots }, between, {}, zoned).userids).toEqual(first.userids)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a remark', () => {
  const values = {
    name: '一位名字特别特别长的张先生',
    channel: '上海工博会',
    campaign: '',
    code: 'x',
    staff: '李雷',
    MMDD: '1119',
    YYMMDD: '261119',
    HHmm: '0930',
  }

  it('never has more than 20 characters, and the name gives way before channel and day', () => {
    expect(fillRemark('{{name}}-{{channel}}-{{MMDD}}', values)).toBe('一位名字特别特别长-上海工博会-1119')
    expect(fillRemark('{{name}}-{{channel}}-{{MMDD}}', { ...values, name: '王工👩‍🔧', channel: '' })).toBe(
      '王工👩‍🔧-1119',
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 80 }), (name, pattern) => {
        expect([...fillRemark(`{{name}}${pattern}`, { ...values, name })].length).toBeLessThanOrEqual(20)
      }),
    )
  })

  it('tells which of its words mean nothing', () => {
    expect(unknownWords('{{ name }}{{mobile}}')).toEqual(['mobile'])
  })
})
