import type { z } from 'zod'
import type { Wecom } from '../wecom.ts'

/** Something a person does in this world, or the operator does to it. The same by function and by `POST /sandbox/api/<name>`. */
export interface Action<Input extends z.ZodType, Result> {
  input: Input
  run(wecom: Wecom, input: z.output<Input>): Result
}

export const action = <Input extends z.ZodType, Result>(
  input: Input,
  run: (wecom: Wecom, input: z.output<Input>) => Result,
): Action<Input, Result> => ({ input, run })

/** What was asked cannot happen in this world; `message` is read by people. */
export class Impossible extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Impossible'
  }
}
