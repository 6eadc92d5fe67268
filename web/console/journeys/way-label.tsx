import { sayWay } from './say-rules.ts'
import { stepAt } from './tree.ts'
import { useView } from './view.ts'

/** What a way of a branch is called, with how many went there. */
export function WayLabel({ path, word }: { path: string; word: string }) {
  const { journey, talk, figures } = useView()
  const { words } = talk
  const step = stepAt(journey, path)
  const split = step && 'branch' in step && 'split' in step.branch ? step.branch.split : null
  const arm = split?.[Number(word)]
  const count = figures.get(path)?.arms?.get(word)
  return (
    <span className="way-label" dir="auto">
      {arm ? words.arm(arm.name ?? words.armName(Number(word)), arm.share) : sayWay(word, talk)}
      {count === undefined ? null : <b>{count}</b>}
    </span>
  )
}
