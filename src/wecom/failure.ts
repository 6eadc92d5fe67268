import { GiveUp, OutcomeUnknown, RetryLater } from '../failures.ts'
import { type Errcode, explainErrcode, type What } from './errcodes.ts'

/** Why a call did not work. It is the `cause` of the RetryLater, GiveUp or OutcomeUnknown that was thrown. */
export class WecomError extends Error {
  constructor(
    readonly api: string,
    /** `null` when WeCom gave no answer. */
    readonly errcode: number | null,
    readonly what: What | 'no-answer',
    /** What a person should do, in Chinese. */
    readonly hint: string,
    /** WeCom's own words, for reading only. */
    readonly errmsg: string,
    options?: ErrorOptions,
  ) {
    super(`${api} ${errcode ?? 'no answer'} ${errmsg}`.trimEnd(), options)
    this.name = 'WecomError'
  }

  /** Our address as WeCom saw it; it stands in the errmsg of a 60020. */
  get fromIp(): string | undefined {
    return /from ip: ([\da-fA-F.:]+)/.exec(this.errmsg)?.[1]
  }
}

/** The WecomError behind a failure, if WeCom is where it comes from. */
export function wecomErrorOf(failure: unknown): WecomError | undefined {
  if (failure instanceof WecomError) return failure
  return failure instanceof Error && failure.cause instanceof WecomError ? failure.cause : undefined
}

/** Whether a failure is WeCom's, with one of these errcodes. */
export function isErrcode(failure: unknown, ...errcodes: number[]): boolean {
  const errcode = wecomErrorOf(failure)?.errcode
  return errcode !== null && errcode !== undefined && errcodes.includes(errcode)
}

/** How long to leave an API alone, by what its errcode asks for. What is not listed will not get better by waiting. */
const waits: Partial<Record<What, number>> = {
  retry: 2_000,
  'refresh-token': 5_000,
  'slow-down': 3_000,
  'wait-window': 60_000,
  later: 300_000,
  'wait-operator': 600_000,
}

/** What WeCom's refusal means for the work: `RetryLater` or `GiveUp` (reason `wecom_<errcode>`), read by people in Chinese. */
export function refusal(api: string, errcode: number, errmsg: string, waitMs?: number): RetryLater | GiveUp {
  const known: Errcode = explainErrcode(errcode)
  const cause = new WecomError(api, errcode, known.what, known.operator, errmsg)
  const message = `企业微信接口 ${api} 返回 ${errcode}：${known.meaning}。${known.operator}`
  const wait = waitMs ?? waits[known.what]
  return wait === undefined
    ? new GiveUp(`wecom_${errcode}`, message, { cause })
    : new RetryLater(wait, message, { cause })
}

const network = '请检查服务器到企业微信的网络、DNS 与代理设置（WECOM_API_URL、HTTPS_PROXY）。'

/** No usable answer came: surely not done, safe to repeat, or unknown. */
export function noAnswer(
  api: string,
  { done, why, cause }: { done: 'no' | 'repeatable' | 'unknown'; why: string; cause?: unknown },
): RetryLater | OutcomeUnknown {
  const error = new WecomError(api, null, 'no-answer', network, why, { cause })
  if (done === 'unknown')
    return new OutcomeUnknown(`企业微信接口 ${api} 没有答复，是否已执行无法确认：${why}`, { cause: error })
  return new RetryLater(3_000, `企业微信接口 ${api} 没有答复：${why}。${network}`, { cause: error })
}
