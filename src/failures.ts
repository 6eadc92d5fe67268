/**
 * The three ways work ends badly: `RetryLater` (try again after a while), `GiveUp` (never try again, a person should know),
 * and anything else, which is a bug. `Refused` is not a failure of ours: the caller asked for something the rules forbid.
 */

/** The work may succeed later. `afterMs` is the least time to wait before the next try. */
export class RetryLater extends Error {
  constructor(
    readonly afterMs: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'RetryLater'
  }
}

/** The work will never succeed as it stands; `reason` is a stable id, `message` says what a person should do. */
export class GiveUp extends Error {
  constructor(
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'GiveUp'
  }
}

/** The outcome of a call that left the house is unknown (time-out, torn connection). It must not be repeated blindly. */
export class OutcomeUnknown extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OutcomeUnknown'
  }
}

/** A refusal for the caller: `id` is stable, `status` is the HTTP status it maps to, `message` is read by people (Chinese). */
export class Refused extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 503,
    readonly id: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message)
    this.name = 'Refused'
  }
}
