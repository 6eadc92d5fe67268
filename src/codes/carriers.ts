import type { House } from '../house.ts'
import { createLink, deleteLink, getLink, listLinks, updateLink } from '../wecom/acquisition.ts'
import {
  addContactWay,
  deleteContactWay,
  findContactWay,
  getContactWay,
  updateContactWay,
} from '../wecom/contact-ways.ts'
import { isErrcode } from '../wecom/failure.ts'
import type { CodePlan } from './plan.ts'

/** What a carrier needs to know of a code. */
export interface Carried {
  id: string
  state: string
  name: string
  plan: CodePlan
  single: boolean
  createdAt: Date
}

export interface Made {
  configId: string
  /** What a person opens or scans: a picture for a contact way, an address for a link. */
  qrCode: string | null
}

/** What stands in WeCom behind a code, and the calls that keep it. Each kind of code has one. */
interface Carrier {
  add(house: House, code: Carried, staff: readonly string[]): Promise<Made>
  /** What became of an `add` that was not answered; null: it was not done. */
  find(house: House, code: Carried): Promise<Made | null>
  update(house: House, configId: string, code: Carried, staff: readonly string[]): Promise<void>
  /** One that is gone already is no failure. */
  remove(house: House, configId: string): Promise<void>
  /** Who stands behind it as WeCom has it; null: it is gone. */
  read(house: House, configId: string): Promise<{ staff: string[]; verify: boolean } | null>
}

const first30 = (name: string): string => [...name].slice(0, 30).join('')

const contactWay: Carrier = {
  async add({ wecom }, code, staff) {
    const way = await addContactWay(wecom, { type: code.single ? 1 : 2, scene: 2, ...wayOf(code, staff) })
    return { configId: way.config_id, qrCode: way.qr_code ?? null }
  },
  find: ({ wecom }, { state, createdAt }) => findContactWay(wecom, state, createdAt),
  update: ({ wecom }, config_id, code, staff) => updateContactWay(wecom, { config_id, ...wayOf(code, staff) }),
  remove: ({ wecom }, configId) => deleteContactWay(wecom, configId),
  async read({ wecom }, configId) {
    const way = await orGone(41044, () => getContactWay(wecom, configId))
    return way && { staff: way.user, verify: way.skip_verify === false }
  },
}

const wayOf = ({ name, state, plan, single }: Carried, staff: readonly string[]) => ({
  remark: first30(name),
  skip_verify: !plan.verify,
  state,
  user: [...staff],
  ...(single ? {} : { is_exclusive: plan.sameStaff ?? true }),
})

/** Comes back as `state` of whoever was added through the link. https://developer.work.weixin.qq.com/document/path/97297 */
const addressOf = (url: string, state: string): string => {
  const address = new URL(url)
  address.searchParams.set('customer_channel', state)
  return address.href
}

const acquisitionLink: Carrier = {
  async add({ wecom }, code, staff) {
    const { linkId, url } = await createLink(wecom, linkOf(code, staff))
    return { configId: linkId, qrCode: addressOf(url, code.state) }
  },
  async find({ wecom, db }, code) {
    // A link carries no mark of ours: it is one of this name, made since, that no other code holds.
    const held = await db.query<{ id: string }>(
      "SELECT config_id AS id FROM live_codes WHERE kind = 'link' AND config_id IS NOT NULL",
    )
    const known = new Set(held.map(({ id }) => id))
    const since = code.createdAt.getTime() - 60_000
    for (const linkId of (await listLinks(wecom)).filter((id) => !known.has(id)).reverse()) {
      const link = await orGone(40058, () => getLink(wecom, linkId))
      if (link && link.name === first30(code.name) && (link.createdAt?.getTime() ?? 0) >= since)
        return { configId: linkId, qrCode: addressOf(link.url, code.state) }
    }
    return null
  },
  update: ({ wecom }, link_id, code, staff) => updateLink(wecom, { link_id, ...linkOf(code, staff) }),
  async remove({ wecom }, configId) {
    await orGone(40058, () => deleteLink(wecom, configId))
  },
  async read({ wecom }, configId) {
    const link = await orGone(40058, () => getLink(wecom, configId))
    return link && { staff: link.staff, verify: !link.skipVerify }
  },
}

const linkOf = ({ name, plan }: Carried, staff: readonly string[]) => ({
  link_name: first30(name),
  range: { user_list: [...staff] },
  skip_verify: !plan.verify,
  ...((plan.sameStaff ?? true) ? { priority_option: { priority_type: 1 as const } } : {}),
})

async function orGone<T>(errcode: number, run: () => Promise<T>): Promise<T | null> {
  try {
    return await run()
  } catch (failure) {
    if (isErrcode(failure, errcode)) return null
    throw failure
  }
}

export type CodeKind = 'live' | 'join' | 'handover' | 'link'

/** By kind: what begins its state, what carries it, and how many people WeCom allows behind it. */
export const kinds: Readonly<Record<CodeKind, { prefix: string; carrier: Carrier; most: number; changes: boolean }>> = {
  live: { prefix: 'lc_', carrier: contactWay, most: 100, changes: true },
  join: { prefix: 'jn_', carrier: contactWay, most: 100, changes: false },
  handover: { prefix: 'ho_', carrier: contactWay, most: 100, changes: false },
  link: { prefix: 'lk_', carrier: acquisitionLink, most: 500, changes: true },
}
