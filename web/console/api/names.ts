import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useWords } from '../words/words.tsx'
import { useMe, wordsQuery } from './queries.ts'
import type { Lead, Words } from './shapes.ts'

export interface Names {
  stage(id: string): string
  desk(id: string): string
  /** A member by userid. */
  staff(userid: string): string
  /** Whoever did something: a member, the system, a rule, the API. */
  actor(id: string): string
  event(type: string, name?: string | null): string
  edge(id: string, name: string): string
  /** By the playbook's list, or the first that knows it. */
  reason(id: string, list?: string): string
  rule(id: string): string
  ruleNamed(rule: { id: string; name: string }): string
  verdict(id: string): string
  source(source: { kind: string; channel: string | null; campaign: string | null } | null): string
  lead(lead: Pick<Lead, 'name'>): string
  words: Words | undefined
}

/** What things are called: by the playbook where it names them, else by ourselves. */
export function useNames(): Names {
  const { data } = useQuery(wordsQuery)
  const me = useMe()
  const words = useWords()
  return useMemo(() => {
    const staffNames = new Map(data?.staff.map(({ userid, name }) => [userid.toLowerCase(), name || userid]))
    const stages = new Map(data?.stages.map(({ id, name }) => [id, name]))
    const reasons = new Map(
      Object.values(data?.reasons ?? {})
        .reverse()
        .flatMap(({ options }) => options.map(({ id, name }) => [id, name] as const)),
    )
    const staff = (userid: string) => staffNames.get(userid.toLowerCase()) ?? userid
    const { known } = words
    const rule = (id: string) => known.rules[id] ?? data?.rules[id] ?? words.events.rules[id] ?? id
    const sources: Record<string, string> = words.sources
    return {
      stage: (id) => known.stages[id] ?? stages.get(id) ?? id,
      desk: (id) => known.desks[id] ?? data?.desks[id] ?? id,
      staff,
      actor(id) {
        const [kind, rest = ''] = id.split(/:(.*)/s)
        if (id === 'system') return words.system
        if (id === 'api') return words.machine
        if (id === 'import') return words.importer
        if (id === 'sample') return words.sample
        if (kind === 'rule') return words.byRule(rule(rest))
        if (kind === 'wecom' && rest) return words.viaWecom(staff(rest))
        return me?.userid?.toLowerCase() === id.toLowerCase() ? words.me : staff(id)
      },
      event: (type, name) => known.events[type] ?? name ?? data?.events[type] ?? type,
      reason: (id, list) =>
        known.reasons[id] ??
        data?.reasons[list ?? '']?.options.find((option) => option.id === id)?.name ??
        reasons.get(id) ??
        id,
      rule,
      ruleNamed: ({ id, name }) => known.rules[id] ?? (name === id ? rule(id) : name),
      edge: (id, name) => known.edges[id] ?? name,
      verdict: (id) => words.review.verdicts[id] ?? data?.verdicts.find((verdict) => verdict.id === id)?.name ?? id,
      source: (source) =>
        source
          ? [source.channel || sources[source.kind] || source.kind, source.campaign].filter(Boolean).join(' · ')
          : words.none,
      lead: ({ name }) => name.trim() || words.nameless,
      words: data,
    }
  }, [data, me, words])
}
