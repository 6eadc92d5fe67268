import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { applyPatch, type Path, patchOf, put, type Rules, rulesQuery } from './rules.ts'

const storedUnder = 'bowtie.playbook-draft'

/** Changes that are not published yet; they stay in this browser, and lie over whatever is in force. */
export interface Draft {
  version: number
  inForce: Rules
  rules: Rules
  patch: Rules
  isChanged: boolean
  /** Another number: what is shown of the draft has to be read anew. */
  turn: number
  set(path: Path, value: unknown): void
  replace(rules: Rules): void
  drop(): void
}

function stored(): Rules {
  try {
    const patch: unknown = JSON.parse(localStorage.getItem(storedUnder) ?? '{}')
    return typeof patch === 'object' && patch !== null && !Array.isArray(patch) ? (patch as Rules) : {}
  } catch {
    return {}
  }
}

function keep(patch: Rules): void {
  if (Object.keys(patch).length === 0) localStorage.removeItem(storedUnder)
  else localStorage.setItem(storedUnder, JSON.stringify(patch))
}

export function useDraft(): { draft: Draft | null; error: Error | null; refetch(): unknown } {
  const { data, error, refetch } = useQuery(rulesQuery)
  const [patch, setPatch] = useState(stored)
  const [turn, setTurn] = useState(0)
  const rules = useMemo(() => (data ? applyPatch(data.rules, patch) : {}), [data, patch])
  const replace = useCallback(
    (next: Rules) => {
      if (!data) return
      const changed = patchOf(data.rules, next)
      keep(changed)
      setPatch(changed)
    },
    [data],
  )
  const drop = useCallback(() => {
    keep({})
    setPatch({})
    setTurn((before) => before + 1)
  }, [])
  if (!data) return { draft: null, error, refetch }
  const own = patchOf(data.rules, rules)
  return {
    draft: {
      version: data.version,
      inForce: data.rules,
      rules,
      patch: own,
      isChanged: Object.keys(own).length > 0,
      turn,
      set: (path, value) => replace(put(rules, path, value) as Rules),
      replace,
      drop,
    },
    error: null,
    refetch,
  }
}
