import { z } from 'zod'
import { api, cursor, list, nothing, number } from './api.ts'
import type { Wecom } from './client.ts'
import { isErrcode } from './failure.ts'

/** What a 联系我 is made of. `state` ≤ 30 characters comes back in the add event. */
export interface ContactWayRequest {
  /** 1 one member, 2 several. */
  type: 1 | 2
  /** 1 mini program, 2 QR code. */
  scene: 1 | 2
  style?: number
  /** ≤ 30 characters, seen in the console only. */
  remark?: string
  skip_verify?: boolean
  state?: string
  user?: string[]
  party?: number[]
  is_exclusive?: boolean
}

const contactWay = z.looseObject({
  config_id: z.string(),
  type: number.nullish(),
  scene: number.nullish(),
  remark: z.string().nullish(),
  skip_verify: z.boolean().nullish(),
  state: z.string().nullish(),
  qr_code: z.string().nullish(),
  user: list(z.string()),
  party: list(number),
})
export type ContactWay = z.output<typeof contactWay>

const add = api({
  path: 'externalcontact/add_contact_way',
  method: 'POST',
  repeatable: false,
  answer: z.looseObject({ config_id: z.string(), qr_code: z.string().nullish() }),
})

/** Makes a 联系我; `qr_code` only for scene 2. After OutcomeUnknown ask {@link findContactWay}. https://developer.work.weixin.qq.com/document/path/92228 */
export async function addContactWay(
  wecom: Wecom,
  request: ContactWayRequest,
): Promise<{ config_id: string; qr_code?: string | null | undefined }> {
  return wecom.call(add, { body: request })
}

const get = api({
  path: 'externalcontact/get_contact_way',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ contact_way: contactWay }),
})

/** https://developer.work.weixin.qq.com/document/path/92228 */
export async function getContactWay(wecom: Wecom, configId: string): Promise<ContactWay> {
  return (await wecom.call(get, { body: { config_id: configId } })).contact_way
}

const update = api({ path: 'externalcontact/update_contact_way', method: 'POST', repeatable: true, answer: nothing })

/** Overwrites everything but type and scene. https://developer.work.weixin.qq.com/document/path/92228 */
export async function updateContactWay(
  wecom: Wecom,
  request: { config_id: string } & Omit<ContactWayRequest, 'type' | 'scene'>,
): Promise<void> {
  await wecom.call(update, { body: request })
}

const remove = api({ path: 'externalcontact/del_contact_way', method: 'POST', repeatable: true, answer: nothing })

/** Its QR code stops adding; one that is gone already is no failure. https://developer.work.weixin.qq.com/document/path/92228 */
export async function deleteContactWay(wecom: Wecom, configId: string): Promise<void> {
  try {
    await wecom.call(remove, { body: { config_id: configId } })
  } catch (failure) {
    if (!isErrcode(failure, 41044)) throw failure
  }
}

const page = api({
  path: 'externalcontact/list_contact_way',
  method: 'POST',
  repeatable: true,
  answer: z.looseObject({ contact_way: list(z.looseObject({ config_id: z.string() })), next_cursor: cursor }),
})

/**
 * The way with this state, made at `since` or later (a minute of clock difference is allowed for): how to learn what became of
 * an {@link addContactWay} that was not answered. https://developer.work.weixin.qq.com/document/path/92228
 */
export async function findContactWay(
  wecom: Wecom,
  state: string,
  since: Date,
): Promise<{ configId: string; qrCode: string | null } | null> {
  const start_time = Math.floor(since.getTime() / 1000) - 60
  for (let at = ''; ; ) {
    const { contact_way, next_cursor } = await wecom.call(page, { body: { start_time, cursor: at, limit: 1000 } })
    for (const { config_id } of contact_way) {
      const way = await wayOrNone(wecom, config_id)
      if (way?.state === state) return { configId: config_id, qrCode: way.qr_code ?? null }
    }
    if (next_cursor === '' || next_cursor === at) return null
    at = next_cursor
  }
}

async function wayOrNone(wecom: Wecom, configId: string): Promise<ContactWay | undefined> {
  try {
    return await getContactWay(wecom, configId)
  } catch (failure) {
    if (isErrcode(failure, 41044)) return undefined
    throw failure
  }
}
