import branch from './kinds/branch.tsx'
import exit from './kinds/exit.tsx'
import type { Kind } from './kinds/kind.ts'
import notify from './kinds/notify.tsx'
import score from './kinds/score.tsx'
import send from './kinds/send.tsx'
import stage from './kinds/stage.tsx'
import tag from './kinds/tag.tsx'
import task from './kinds/task.tsx'
import wait from './kinds/wait.tsx'
import webhook from './kinds/webhook.tsx'
import type { Talk } from './talk.ts'
import { kindOf, type Step, type StepKind, type StepOf } from './tree.ts'

/** Every kind of step, in the order they are offered in. */
const kinds: { [K in StepKind]: Kind<StepOf<K>> } = {
  ...{ wait, send, branch, task, notify },
  ...{ tag, score, stage, webhook, exit },
}

export const stepKinds = Object.keys(kinds) as StepKind[]

/** How a step is treated, by its kind: the step it is given is of that kind. */
export const treatmentOf = (kind: StepKind): Kind<Step> => kinds[kind] as Kind<Step>

/** A step in words, without its name. */
export const sayStep = (step: Step, talk: Talk): string => treatmentOf(kindOf(step)).say(step, talk)
