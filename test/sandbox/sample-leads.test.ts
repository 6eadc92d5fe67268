import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { sampleCompany } from '../../sandbox/sample-company.ts'
import { sampleLeads } from '../../sandbox/sample-leads.ts'

const now = new Date('2026-11-20T02:00:00Z')
const leads = sampleLeads(now)

interface Playbook {
  edges: { id: string; from?: string[]; to: string; reasons?: string }[]
  reasons: Record<string, { options: { id: string }[] }>
  score: { events: Record<string, unknown> }
}
let playbook: Playbook
beforeAll(async () => {
  playbook = parse(await readFile('templates/playbook.yaml', 'utf8')) as Playbook
})

describe('the sample leads', () => {
  it('are the same at every call, but for the dates', () => {
    expect(sampleLeads(now)).toEqual(leads)
    const later = sampleLeads(new Date(now.getTime() + 86_400_000))
    expect(later.map(({ name, company }) => name + company)).toEqual(leads.map(({ name, company }) => name + company))
  })

  it('are some three hundred different people in every stage, thirty of them waiting for review', () => {
    expect(leads.length).toBeGreaterThan(290)
    const count = (by: (lead: (typeof leads)[number]) => string) => {
      const out: Record<string, number> = {}
      for (const lead of leads) out[by(lead)] = (out[by(lead)] ?? 0) + 1
      return out
    }
    const stages = count(({ stage }) => stage)
    expect(Object.keys(stages).sort()).toEqual(
      [
        'AT_RISK',
        'CHURNED',
        'CUSTOMER',
        'DISQUALIFIED',
        'GROWTH',
        'MAL',
        'MQL',
        'ONBOARDING',
        'OPPORTUNITY',
        'RENEWAL',
        'SQL',
      ].sort(),
    )
    expect(count(({ stage, desk }) => `${stage}@${desk}`)['MAL@review']).toBe(30)
    expect(leads.filter(({ recycleCount }) => recycleCount === 2)).toHaveLength(6)
    const ids = leads.map(({ externalUserId }) => externalUserId).filter(Boolean)
    expect(new Set(ids).size).toBe(ids.length)
    expect(leads.length - ids.length).toBeGreaterThan(5)
    expect(new Set(leads.map(({ company }) => company)).size).toBe(leads.length)
  })

  it('went only where the default playbook lets them, in order, with reasons it knows', () => {
    for (const lead of leads) {
      let place = ''
      let time = 0
      for (const step of lead.history) {
        const edge = playbook.edges.find(({ id }) => id === step.edge)
        expect(edge, `${step.edge} exists`).toBeDefined()
        expect(edge?.to).toBe(`${step.stage}@${step.desk}`)
        if (place) expect(edge?.from, `${place} → ${step.edge}`).toContain(place)
        expect(step.at.getTime()).toBeGreaterThan(time)
        expect(step.at.getTime()).toBeLessThan(now.getTime())
        expect(step.at.getTime()).toBeGreaterThan(now.getTime() - 366 * 86_400_000)
        const allowed = edge?.reasons ? playbook.reasons[edge.reasons]?.options.map(({ id }) => id) : [null]
        expect(allowed).toContain(step.reason)
        place = `${step.stage}@${step.desk}`
        time = step.at.getTime()
      }
      for (const behaviour of lead.behaviours) {
        expect(Object.keys(playbook.score.events)).toContain(behaviour.type)
        expect(behaviour.at.getTime()).toBeLessThan(now.getTime())
        expect(behaviour.at.getTime()).toBeGreaterThanOrEqual(lead.createdAt.getTime())
      }
    }
  })

  it('are the customers of the sample company, as far as they are anybody’s friend', () => {
    const world = sampleCompany('ww1', now, 'http://x', true)
    const ids = leads.flatMap(({ externalUserId }) => externalUserId ?? [])
    expect(Object.keys(world.customers).sort()).toEqual(ids.sort())
    const tags = new Set(world.tagGroups.flatMap((group) => group.tags.map(({ id }) => id)))
    for (const relation of world.relations) {
      expect([...relation.remark].length).toBeLessThanOrEqual(20)
      expect([...(relation.remarkCompany ?? '')].length).toBeLessThanOrEqual(20)
      for (const id of relation.tagIds) expect(tags).toContain(id)
    }
  })
})
