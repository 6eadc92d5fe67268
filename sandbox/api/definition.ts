import type { Fields } from '../fields.ts'
import type { Wecom } from '../wecom.ts'

export interface Call {
  query: URLSearchParams
  /** The JSON body; an empty object when there is none. */
  body: Fields
  /** The raw body, for uploads. */
  raw: Buffer
  contentType: string
}

/** One API under /cgi-bin. Answers what stands beside errcode 0; throws `WecomError` for the rest. */
export interface Api {
  method: 'GET' | 'POST'
  /** Needs no access_token. */
  open?: boolean
  /** Default fields the platform sends beside an error. */
  empty?: Fields
  answer(call: Call, wecom: Wecom): Fields | Promise<Fields>
}

/** APIs by their path below /cgi-bin/. */
export type Apis = Record<string, Api>

export const get = (answer: Api['answer'], empty?: Fields): Api => ({ method: 'GET', answer, empty })
export const post = (answer: Api['answer'], empty?: Fields): Api => ({ method: 'POST', answer, empty })
