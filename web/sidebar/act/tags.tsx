import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { type Contact, wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'

interface Tag {
  group: string
  name: string
}

/** What he wears, by group; one tap puts a tag on or takes it off. */
export function Tags({ contact, onChange }: { contact: Contact; onChange(): Promise<void> }) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const { data } = useQuery(wordsQuery)
  const [isOpen, setOpen] = useState(false)
  const stageTags = new Set(data?.stages.map(({ id }) => id))
  const isStage = ({ name }: Tag) => [...stageTags].some((id) => name.startsWith(id))
  const worn = contact.lead.tags.filter((tag) => !isStage(tag))
  const has = ({ group, name }: Tag) => worn.some((tag) => tag.group === group && tag.name === name)
  const change = async (tag: Tag) => {
    try {
      await call('POST', `/api/leads/${contact.lead.id}/tags`, { body: has(tag) ? { take: [tag] } : { put: [tag] } })
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    await onChange()
  }
  return (
    <>
      <h2>{words.act.tags}</h2>
      <div className="chips">
        {worn.map((tag) => (
          <span className="chip worn" key={`${tag.group} ${tag.name}`}>
            {tag.name}
          </span>
        ))}
        <button type="button" className="chip" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {words.act.addTag}
        </button>
      </div>
      {isOpen
        ? data?.tagGroups
            .map(({ name, tags }) => ({ name, tags: tags.filter((tag) => !isStage({ group: name, name: tag })) }))
            .filter(({ tags }) => tags.length > 0)
            .map(({ name: group, tags }) => (
              <div className="tag-group" key={group}>
                <small>{group}</small>
                <div className="chips">
                  {tags.map((name) => (
                    <button
                      key={name}
                      type="button"
                      className="chip"
                      aria-pressed={has({ group, name })}
                      onClick={() => void change({ group, name })}
                    >
                      {name}
                    </button>
                  ))}
                </div>
              </div>
            ))
        : null}
    </>
  )
}
