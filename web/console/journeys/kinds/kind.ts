import type { FC } from 'react'
import type { Talk } from '../talk.ts'
import type { StepKind, StepOf } from '../tree.ts'

export interface FormProps<S> {
  step: S
  talk: Talk
  onChange(step: S): void
}

/** Everything the room asks of a kind of step: how a new one begins, how one is said, and how one is written. */
export interface Kind<S> {
  fresh(): S
  say(step: S, talk: Talk): string
  Form: FC<FormProps<S>>
}

/** The word kinds of steps are written in. */
export const defineKind = <K extends StepKind>(kind: Kind<StepOf<K>>): Kind<StepOf<K>> => kind
