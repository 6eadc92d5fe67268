import { Button, Popover } from 'antd'
import type { ReactNode } from 'react'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import type { Worn } from './tags.tsx'

interface Story {
  tag: Worn
  /** The tag itself, beside which it is told. */
  children: ReactNode
  onTake(): void
  onClose(): void
}

/** Who or which rule put a tag on, when, and the way to take it off. */
export function TagStory({ tag: { name, by, rule, at, playbookVersion }, children, onTake, onClose }: Story) {
  const words = useWords()
  const names = useNames()
  const now = useNow()
  const byRule = rule && !rule.startsWith('live-code')
  const who = byRule ? words.byRule(names.rule(rule)) : names.actor(by)
  return (
    <Popover
      defaultOpen
      trigger="click"
      onOpenChange={(isOpen) => !isOpen && onClose()}
      content={
        <div className="tag-story">
          <p dir="auto">{words.lead.taggedBy(who, sayWhen(at, now, words))}</p>
          {byRule && playbookVersion > 0 ? <p className="quiet small">{words.work.tagRule(playbookVersion)}</p> : null}
          <Button size="small" onClick={onTake}>
            {words.work.tagTake(name)}
          </Button>
        </div>
      }
    >
      {children}
    </Popover>
  )
}
