import type { Rules } from './rules.ts'

/** What the map shows of the rules. */
export interface StageRules {
  stages: Record<string, { name: string; half: 'left' | 'knot' | 'right'; closed?: boolean; tag?: string }>
  edges: Edge[]
  desks: Record<string, string>
  reasons: Record<string, { name: string }>
  accounts: {
    opportunity: {
      stage: string
      won: string
      steps: {
        id: string
        name: string
        goal?: string
        checklist: { id: string; name: string; required?: boolean }[]
      }[]
    }
  }
}

export interface Edge {
  id: string
  name: string
  on: string
  from: string[]
  to: string
  by: string[]
  reasons?: string
  coolDown?: boolean
  recycle?: boolean
  keepOwner?: boolean
}

/** One way between two stages, with all the edges that take it. */
export interface Way {
  from: string
  to: string
  edges: Edge[]
}

export const stageRules = (rules: Rules): StageRules => rules as unknown as StageRules

/** In the playbook's order, the closed ones last. */
export function stagesInOrder({ stages }: StageRules): string[] {
  const ids = Object.keys(stages)
  return [...ids.filter((id) => !stages[id]?.closed), ...ids.filter((id) => stages[id]?.closed)]
}

/** Where an edge starts and ends, stage by stage; what only changes the desk stays in its stage. */
export function waysOf({ edges, stages }: StageRules): Way[] {
  const ways = new Map<string, Way>()
  for (const edge of edges) {
    const froms = edge.from.flatMap((place) => {
      const stage = place.split('@')[0] ?? ''
      return stage === '*' ? Object.keys(stages) : [stage]
    })
    for (const from of new Set(froms)) {
      const target = edge.to.split('@')[0] ?? ''
      const to = target === '=' ? from : target
      const way = ways.get(`${from} ${to}`) ?? { from, to, edges: [] }
      way.edges.push(edge)
      ways.set(`${from} ${to}`, way)
    }
  }
  return [...ways.values()]
}

/** Edges that begin a lead. */
export const beginnings = ({ edges }: StageRules): Edge[] => edges.filter(({ from }) => from.length === 0)
