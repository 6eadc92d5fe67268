import { useQueryClient } from '@tanstack/react-query'
import { Button, Popover } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { refreshLead } from '../api/queries.ts'
import type { Brief } from '../api/shapes.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './lead-work.css'

// Found by typing: not needed to see what he wears.
const TagChoice = lazy(() => import('./tag-choice.tsx').then(({ TagChoice }) => ({ default: TagChoice })))

type Worn = Brief['tags'][number]

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

function Tag({ tag: { name, by, rule, at, playbookVersion }, onTake }: { tag: Worn; onTake(): void }) {
  const words = useWords()
  const names = useNames()
  const now = useNow()
  const byRule = rule && !rule.startsWith('live-code')
  const who = byRule ? words.byRule(names.rule(rule)) : names.actor(by)
  const says = words.lead.taggedBy(who, sayWhen(at, now, words))
  return (
    <Popover
      trigger="click"
      content={
        <div className="tag-story">
          <p dir="auto">{says}</p>
          {byRule && playbookVersion > 0 ? <p className="quiet small">{words.work.tagRule(playbookVersion)}</p> : null}
          <Button size="small" onClick={onTake}>
            {words.work.tagTake(name)}
          </Button>
        </div>
      }
    >
      <button type="button" className="tag tag-button" dir="auto" title={says} aria-label={words.work.tagWhy(name)}>
        {name}
      </button>
    </Popover>
  )
}
