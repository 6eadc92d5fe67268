import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import '../playbook/playbook.css'
import { PublishDialog } from '../playbook/publish-dialog.tsx'
import { type Checked, rulesQuery } from '../playbook/rules.ts'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { AutomationLine } from './line.tsx'
import { type AutomationWords, automationWords } from './words.ts'

/** What of the rules makes things happen by itself; the rest of them is nobody's business here. */
interface Acting {
  bot: { model: { mode: 'off' | 'draft' | 'reply'; perDay: number } }
  accounts: { surge: { people: number; within: string; nominate: boolean } }
  review: { threshold: number; channels: string[] }
  sla: { accept: string; maxOffers: number; followUp: { remind: string; manager: string; recycle: string } }
  routing: { friendFirst: boolean }
  pages: { tags: { of: string; on: string; atLeast: number; group: string }[] }
  codes: { blockedNames: string[] }
  oneTap: { morning: string }
  alerts: { reading: { every: string } }
  channels: { welcome: string[] }
}

type Patch = Record<string, unknown>
interface Wish {
  patch: Patch
  checked: Checked
}

/** What the rules do by themselves. A switch changes the rules: a new version, looked at before it is in force. */
export function RulesPart({ mayPublish, hasModel }: { mayPublish: boolean; hasModel: boolean | undefined }) {
  const words = useRoomWords(automationWords)
  const { playbook } = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const { data, error, refetch } = useQuery(rulesQuery)
  const [wish, setWish] = useState<Wish>()
  const [isAsking, setAsking] = useState(false)
  const rules = data?.rules as unknown as Acting | undefined
  const ask = async (patch: Patch) => {
    setAsking(true)
    try {
      setWish({ patch, checked: await call<Checked>('POST', '/api/playbook/check', { body: { patch } }) })
    } catch (failure) {
      show({ id: 'switch', tone: 'bad', text: reasonOf(failure) })
    }
    setAsking(false)
  }
  const turn = (patchOf: (on: boolean) => Patch) =>
    mayPublish && !isAsking ? (on: boolean) => void ask(patchOf(on)) : undefined
  const stops = wish?.checked.consequences.find(({ weight }) => weight === 'stops')
  const refusal = wish && (wish.checked.faults[0]?.message ?? stops?.message)
  const close = () => setWish(undefined)
  const toRules = (part: keyof Acting) => <Link href={`/playbook?part=${part}`}>{words.inRules}</Link>
  return (
    <section className="card" aria-label={words.rules}>
      <h2>{words.rules}</h2>
      <p className="quiet small">{data ? words.rulesHint(data.version) : null}</p>
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton rows={8} /> : null}
      {rules ? (
        <ul>
          <AutomationLine
            name={words.model}
            says={hasModel === false ? words.noModel : words.modelSays[rules.bot.model.mode](rules.bot.model.perDay)}
            end={
              <Segmented<string>
                size="small"
                aria-label={words.model}
                disabled={!mayPublish || isAsking}
                value={rules.bot.model.mode}
                onChange={(mode) => void ask({ bot: { model: { mode } } })}
                options={(['off', 'draft', 'reply'] as const).map((value) => ({
                  value,
                  label: words.modelModes[value],
                }))}
              />
            }
          />
          <AutomationLine
            name={words.surge}
            says={words.surgeSays(rules.accounts.surge.people, span(rules.accounts.surge.within, words))}
            on={rules.accounts.surge.nominate}
            onTurn={turn((nominate) => ({ accounts: { surge: { nominate } } }))}
          />
          <AutomationLine
            name={words.friendFirst}
            says={words.friendFirstSays}
            on={rules.routing.friendFirst}
            onTurn={turn((friendFirst) => ({ routing: { friendFirst } }))}
          />
          <AutomationLine
            name={words.welcome}
            says={rules.channels.welcome.length > 0 ? words.welcomeSays : words.welcomeOff}
            end={<Link href="/codes">{words.inCodes}</Link>}
          />
          <AutomationLine
            name={words.review}
            says={words.reviewSays(
              rules.review.threshold,
              rules.review.channels
                .map((channel) => names.source({ kind: channel, channel: null, campaign: null }))
                .join(words.comma),
            )}
            end={toRules('review')}
          />
          <AutomationLine
            name={words.offers}
            says={words.offersSays(span(rules.sla.accept, words), rules.sla.maxOffers)}
            end={toRules('sla')}
          />
          <AutomationLine
            name={words.followUp}
            says={words.followUpSays(
              span(rules.sla.followUp.remind, words),
              span(rules.sla.followUp.manager, words),
              span(rules.sla.followUp.recycle, words),
            )}
            end={toRules('sla')}
          />
          <AutomationLine
            name={words.pageTags}
            says={
              rules.pages.tags.length > 0
                ? rules.pages.tags.map((rule) => words.pageTag(rule.group, rule.atLeast)).join(words.comma)
                : words.noPageTags
            }
            on={rules.pages.tags.length > 0}
            onTurn={rules.pages.tags.length > 0 ? turn(() => ({ pages: { tags: [] } })) : undefined}
            end={toRules('pages')}
          />
          <AutomationLine
            name={words.reading}
            says={words.readingSays(rules.alerts.reading.every === '0' ? '' : span(rules.alerts.reading.every, words))}
            end={toRules('alerts')}
          />
          <AutomationLine name={words.todos} says={words.todosSays(rules.oneTap.morning)} end={toRules('oneTap')} />
          <AutomationLine
            name={words.blocked}
            says={words.blockedSays(rules.codes.blockedNames.length)}
            end={toRules('codes')}
          />
        </ul>
      ) : null}
      {wish && !refusal && data ? (
        <PublishDialog
          title={words.publishTitle}
          verb={words.publish}
          changes={wish.checked.changes}
          method="PUT"
          path="/api/playbook"
          body={{ ...wish.patch, version: data.version }}
          said={playbook.published}
          onDone={close}
          onClose={close}
        />
      ) : null}
      {refusal ? (
        <Dialog title={words.notPossible} onClose={close}>
          <p>{refusal}</p>
        </Dialog>
      ) : null}
    </section>
  )
}

/** A span as the rules write it, for people. */
function span(text: string, words: AutomationWords): string {
  const found = /^(\d+)([smhdw])$/.exec(text)
  return found ? words.span[found[2] as keyof AutomationWords['span']](Number(found[1])) : text
}
