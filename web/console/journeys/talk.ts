import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Names, useNames } from '../api/names.ts'
import { segmentsQuery } from '../api/queries.ts'
import type { Condition, SegmentFields } from '../api/shapes.ts'
import { sentenceOf } from '../segments/sentence.ts'
import { useChoices } from '../segments/use-choices.ts'
import { useWords } from '../words/words.tsx'
import type { Dictionary } from '../words/zh.ts'
import { edgesQuery } from './queries.ts'
import { type JourneyWords, useJourneyWords } from './words/words.ts'

const none: SegmentFields = { fields: [], tags: [], events: [], contents: [], journeys: [] }

/** What a journey is said with: the words of the room and the names of what it speaks about. */
export interface Talk {
  words: JourneyWords
  general: Dictionary
  names: Names
  choices: SegmentFields
  condition(condition: Condition): string
  event(type: string): string
  piece(id: string): string
  segment(id: string): string
  /** By the word a move goes by, or by the id of one move. */
  move(word: string): string
  duration(text: string): string
  role(id: string): string
}

export function useTalk(): Talk {
  const words = useJourneyWords()
  const general = useWords()
  const names = useNames()
  const { data: choices = none } = useChoices()
  const { data: segments } = useQuery(segmentsQuery)
  const { data: playbook } = useQuery(edgesQuery)
  return useMemo(() => {
    const or = (text: string) => text || words.say.unset
    return {
      words,
      general,
      names,
      choices,
      condition: (condition) => sentenceOf(condition, choices, general.segments),
      event: (type) => or(choices.events.find(({ value }) => value === type)?.label ?? names.event(type)),
      piece: (id) => or(choices.contents.find((piece) => piece.id === id)?.title ?? id),
      segment: (id) => or(segments?.items.find((segment) => segment.id === id)?.name ?? id),
      move(word) {
        const edge = playbook?.edges.find(({ id, on }) => id === word || on === word)
        return or(edge ? names.edge(edge.id, edge.name) : word)
      },
      duration: (text) => or(text && general.segments.say.duration(text)),
      role: (id) => general.account.roles[id] ?? id,
    }
  }, [words, general, names, choices, segments, playbook])
}
