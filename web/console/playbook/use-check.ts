import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call } from '../../shared/call.ts'
import type { Checked } from './rules.ts'
import type { Draft } from './use-draft.ts'

const pauseMs = 350

/** What the server says of the draft: asked when one pauses, not with every key. */
export function useCheck({ patch, version, isChanged }: Draft, may: boolean) {
  const text = JSON.stringify(patch)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), pauseMs)
    return () => window.clearTimeout(timer)
  }, [text])
  const query = useQuery({
    queryKey: ['playbook-check', version, settled],
    queryFn: ({ signal }) =>
      call<Checked>('POST', '/api/playbook/check', { body: { patch: JSON.parse(settled) as unknown }, signal }),
    enabled: may && isChanged,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const isFresh = settled === text && !query.isPlaceholderData && !query.isFetching
  return { checked: isChanged ? query.data : undefined, error: query.error, isFresh }
}

export type Check = ReturnType<typeof useCheck>
