/** Why a customer changes hands: somebody decided so; his colleague is away for a while; is out of sight or service; has left the company. */
export type TransferReason = 'colleague' | 'absence' | 'left' | 'resigned'

/** How WeCom is asked: of a member who is here, of one who left; by a code the customer scans; not at all. */
export type TransferWay = 'present' | 'leaver' | 'introduction' | 'none'

/** `unplaced`: nobody to take it yet · `wanted`: WeCom is to be asked · `asked`: it is under way · the rest is how it ended. */
export type TransferState = 'unplaced' | 'wanted' | 'asked' | 'done' | 'refused' | 'failed' | 'cancelled'

/** One customer, or the work on him, going from one member to another. */
export interface TransferRow {
  id: string
  leadId: string | null
  externalUserId: string | null
  handover: string
  takeover: string | null
  state: TransferState
  reason: TransferReason
  way: TransferWay
  by: string
  note: string | null
  line: string | null
  fault: string | null
  faultId: string | null
  told: 'refused' | 'full' | null
  rule: string | null
  tried: string[]
  until: Date | null
  returnedAt: Date | null
  askedAt: Date
  endedAt: Date | null
  workedAt: Date | null
  lookAt: Date | null
  tries: number
}

export const transferColumns = (alias: string): string =>
  [
    'id',
    'lead_id AS "leadId"',
    'external_userid AS "externalUserId"',
    'handover',
    'takeover',
    'state',
    'reason',
    'way',
    'by',
    'note',
    'line',
    'fault',
    'fault_id AS "faultId"',
    'told',
    'rule',
    'tried',
    'until',
    'returned_at AS "returnedAt"',
    'asked_at AS "askedAt"',
    'ended_at AS "endedAt"',
    'worked_at AS "workedAt"',
    'look_at AS "lookAt"',
    'tries',
  ]
    .map((column) => `${alias}.${column}`)
    .join(', ')

/** The `rule` of a transfer that waits for whoever accepts the lead. */
export const byOffer = 'offer'

/** Why it came to nothing, and what to do about it, for people. */
export interface Fault {
  id: string
  words: string
}

/** What WeCom says by an event or a result, in our words, each with what is left to do. */
export const faults = {
  refused: { id: 'customer_refused', words: '客户拒绝了转接。他仍是原来同事的好友；可以改为把新同事介绍给他' },
  full: { id: 'takeover_full', words: '接替成员的客户数已达上限，请换一位同事' },
  silent: { id: 'no_answer', words: '企业微信一直没有给出这次转接的结果，请到管理后台核对后再转一次' },
  notNeeded: { id: 'not_needed', words: '线索一直没有新的负责人，不再等了' },
  notScanned: { id: 'not_added', words: '客户一直没有加新同事，可以再提醒他一次，或改用转接' },
} as const satisfies Record<string, Fault>
