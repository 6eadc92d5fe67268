import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { call } from '../../shared/call.ts'
import { refreshLead } from '../api/queries.ts'
import type { Brief } from '../api/shapes.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './lead-work.css'

// Not needed to see what he wears.
const TagChoice = lazy(() => import('./tag-choice.tsx').then(({ TagChoice }) => ({ default: TagChoice })))
const TagStory = lazy(() => import('./tag-story.tsx').then(({ TagStory }) => ({ default: TagStory })))

export type Worn = Brief['tags'][number]

/** What somebody wears; each says who or which rule put it there and when, and comes off. */
export function Tags({ brief: { tags }, leadId }: { brief: Brief; leadId: string }) {
  const words = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [isAdding, setAdding] = useState(false)
  const change = async (tagsChanged: {
    put?: Pick<Worn, 'group' | 'name'>[]
    take?: Pick<Worn, 'group' | 'name'>[]
  }) => {
    setAdding(false)
    try {
      await call('POST', `/api/leads/${leadId}/tags`, { body: tagsChanged })
      show({ id: 'tags', tone: 'good', text: words.work.tagsSaved })
    } catch (error) {
      show({ id: 'tags', tone: 'bad', text: words.lead.tags, hint: reasonOf(error) })
    }
    await refreshLead(client, leadId)
  }
  const groups = new Map<string, Worn[]>()
  for (const tag of tags) groups.set(tag.group, [...(groups.get(tag.group) ?? []), tag])
  return (
    <section className="card">
      <header className="card-head">
        <h2>{words.lead.tags}</h2>
        <button type="button" className="link-button small" onClick={() => setAdding(!isAdding)}>
          {words.work.tagAdd}
        </button>
      </header>
      {isAdding ? (
        <Suspense fallback={null}>
          <TagChoice worn={tags} onChoose={(tag) => void change({ put: [tag] })} />
        </Suspense>
      ) : null}
      {tags.length === 0 ? <p className="quiet">{words.lead.noTags}</p> : null}
      <dl className="tag-groups">
        {[...groups].map(([group, worn]) => (
          <div key={group}>
            <dt dir="auto">{group}</dt>
            <dd>
              {worn.map((tag) => (
                <Tag key={tag.name} tag={tag} onTake={() => void change({ take: [{ group, name: tag.name }] })} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Tag({ tag, onTake }: { tag: Worn; onTake(): void }) {
  const { work } = useWords()
  const [isAsked, setAsked] = useState(false)
  const face = (
    <button
      type="button"
      className="tag tag-button"
      dir="auto"
      aria-label={work.tagWhy(tag.name)}
      onClick={() => setAsked(true)}
    >
      {tag.name}
    </button>
  )
  if (!isAsked) return face
  return (
    <Suspense fallback={face}>
      <TagStory tag={tag} onTake={onTake} onClose={() => setAsked(false)}>
        {face}
      </TagStory>
    </Suspense>
  )
}
