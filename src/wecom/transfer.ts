import { z } from 'zod'
import { allPages, api, cursor, list, number } from './api.ts'
import type { Wecom } from './client.ts'

/** `errcode` 0: begun; it completes after 24 hours unless the customer refuses. */
const begun = z.looseObject({ external_userid: z.string(), errcode: number })
export type TransferBegun = z.output<typeof begun>

/** `status` 1 done, 2 waiting, 3 refused, 4 the new member is full, 5 no record. */
const outcome = z.looseObject({ external_userid: z.string(), status: number, takeover_time: number.nullish() })
export type TransferOutcome = z.output<typeof outcome>

export interface TransferRequest {
  handover_userid: string
  takeover_userid: string
  /** ≤ 100 at a time. */
  external_userid: string[]
}
type Pair = Pick<TransferRequest, 'handover_userid' | 'takeover_userid'>

// A transfer that has begun answers 40129 per customer, so a repetition begins nothing twice.
const transfer = (path: string) =>
  api({ path, method: 'POST', repeatable: true, answer: z.looseObject({ customer: list(begun) }) })
const outcomes = (path: string) =>
  api({
    path,
    method: 'POST',
    repeatable: true,
    answer: z.looseObject({ customer: list(outcome), next_cursor: cursor }),
  })

const onJob = transfer('externalcontact/transfer_customer')
const onJobResult = outcomes('externalcontact/transfer_result')
const resigned = transfer('externalcontact/resigned/transfer_customer')
const resignedResult = outcomes('externalcontact/resigned/transfer_result')

/** Hands customers of a present member over; ≤ 2 per customer in 90 days; message ≤ 200 characters. https://developer.work.weixin.qq.com/document/path/92125 */
export async function transferCustomers(
  wecom: Wecom,
  request: TransferRequest & { transfer_success_msg?: string },
): Promise<TransferBegun[]> {
  return (await wecom.call(onJob, { body: request })).customer
}

/** How the transfers between two members stand. https://developer.work.weixin.qq.com/document/path/94088 */
export async function listTransferOutcomes(wecom: Wecom, pair: Pair): Promise<TransferOutcome[]> {
  return allPages(async (at) => {
    const page = await wecom.call(onJobResult, { body: { ...pair, cursor: at }, priority: 'background' })
    return { items: page.customer, next: page.next_cursor }
  })
}

/** Hands customers of a member who left over. https://developer.work.weixin.qq.com/document/path/94081 */
export async function transferFromLeaver(wecom: Wecom, request: TransferRequest): Promise<TransferBegun[]> {
  return (await wecom.call(resigned, { body: request })).customer
}

/** https://developer.work.weixin.qq.com/document/path/94082 */
export async function listLeaverTransferOutcomes(wecom: Wecom, pair: Pair): Promise<TransferOutcome[]> {
  return allPages(async (at) => {
    const page = await wecom.call(resignedResult, { body: { ...pair, cursor: at }, priority: 'background' })
    return { items: page.customer, next: page.next_cursor }
  })
}

const unassigned = z.looseObject({
  handover_userid: z.string(),
  external_userid: z.string(),
  dimission_time: number.nullish(),
})
const unassignedList = api({
  path: 'externalcontact/get_unassigned_list',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ info: list(unassigned), is_last: z.boolean().nullish(), next_cursor: cursor }),
})

export type Unassigned = z.output<typeof unassigned>

/** A page of customers whose member left and who have no other yet. https://developer.work.weixin.qq.com/document/path/92124 */
export async function listUnassignedPage(wecom: Wecom, at: string): Promise<{ items: Unassigned[]; next: string }> {
  const page = await wecom.call(unassignedList, { body: { cursor: at, page_size: 1000 }, priority: 'background' })
  return { items: page.info, next: page.is_last ? '' : page.next_cursor }
}
