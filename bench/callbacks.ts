import { randomBytes } from 'node:crypto'
import { sealEnvelope } from '../src/wecom/crypto.ts'
import { request } from './load.ts'

/** Whom the callbacks are sealed for. */
export interface Corp {
  corpId: string
  agentId: number
  token: string
  aesKey: string
}

/** Opens nothing but what a bench started. */
export const benchCorp: Corp & { secret: string } = {
  corpId: 'wwbe9c4d7e5a1f3926',
  agentId: 1000002,
  secret: 'benchSecret_9vPq2LmXw7TzKc4RbYn8HdGf3Js6Ae1U',
  token: 'hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo',
  aesKey: 'k7Yw2QmB9dXe4RtZ6uVs1HjLp3NcFa8GoKi5TzWxE0J',
}

let serial = 0

/** An external_userid nobody had before, in WeCom's manner. */
export const newCustomer = (): string =>
  `wmBENCHAA${process.pid.toString(36)}${(++serial).toString(36).padStart(8, '0')}`

export interface ContactEvent {
  change: 'add_external_contact' | 'edit_external_contact'
  userid: string
  customer: string
  state?: string
}

/** The plaintext of an event as WeCom writes it; no two are alike. */
export function contactXml(corpId: string, { change, userid, customer, state }: ContactEvent): string {
  // Whole seconds are all WeCom gives; the dedupe key must still differ in a thousand events a second.
  const at = 1_700_000_000 + ++serial
  return `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>${at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[${change}]]></ChangeType><UserID><![CDATA[${userid}]]></UserID><ExternalUserID><![CDATA[${customer}]]></ExternalUserID>${state === undefined ? '' : `<State><![CDATA[${state}]]></State>`}</xml>`
}

/** The POST that carries a plaintext: encrypted, signed, whole. */
export function callbackRequest(corp: Corp, plaintext: string): Buffer {
  const sealed = sealEnvelope(corp, corp.corpId, plaintext, {
    timestamp: 1_700_000_000 + (serial % 1_000_000),
    nonce: randomBytes(5).toString('hex'),
  })
  const query = new URLSearchParams({
    msg_signature: sealed.signature,
    timestamp: sealed.timestamp,
    nonce: sealed.nonce,
  })
  const body = `<xml><ToUserName><![CDATA[${corp.corpId}]]></ToUserName><AgentID><![CDATA[${corp.agentId}]]></AgentID><Encrypt><![CDATA[${sealed.encrypt}]]></Encrypt></xml>`
  return request('POST', `/wecom/callback?${query}`, { 'Content-Type': 'text/xml' }, body)
}

/** Edits of customers, all different. */
export const editRequests = (corp: Corp, count: number): Buffer[] =>
  Array.from({ length: count }, () =>
    callbackRequest(
      corp,
      contactXml(corp.corpId, { change: 'edit_external_contact', userid: 'WangMin', customer: newCustomer() }),
    ),
  )
