import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Db } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { considerReview } from '../review/consider.ts'
import { setConsent } from './consent.ts'
import type { FormField } from './form-fields.ts'
import { readFormRow } from './form-row.ts'
import { columnsOf, groupNames } from './import-leads.ts'
import { wantJoinUrl } from './join.ts'
import { openLeads } from './open.ts'
import { putTags } from './tags.ts'
import { tryTransaction } from './try-transaction.ts'

/** A web form or an ad platform that sends us people. */
export interface HookSource {
  source: string
  channel: string
  /** Its field names → ours, where they do not speak for themselves; empty: left out. */
  mapping: Record<string, FormField | ''>
  active: boolean
}

export async function listHookSources({ prisma }: Pick<Db, 'prisma'>): Promise<HookSource[]> {
  const rows = await prisma.hookSource.findMany({ orderBy: { source: 'asc' } })
  return rows.map(present)
}

const present = ({
  source,
  channel,
  mapping,
  active,
}: Omit<HookSource, 'mapping'> & { mapping: unknown }): HookSource => ({
  source,
  channel,
  mapping: mapping as HookSource['mapping'],
  active,
})

/** Makes a source, or changes one. Its token is told once: when it is made, or asked for anew. */
export async function saveHookSource(
  house: House,
  { renew, ...hook }: HookSource & { renew: boolean },
  by: string,
): Promise<HookSource & { token: string | null }> {
  const token = randomBytes(24).toString('base64url')
  const tokenHash = hashOf(token)
  const { source, ...rest } = { ...hook, by, at: house.clock.now() }
  const row = await house.db.prisma.hookSource.upsert({
    where: { source },
    create: { source, ...rest, tokenHash },
    update: renew ? { ...rest, tokenHash } : rest,
  })
  return { ...present(row), token: timingSafeEqual(tokenHash, row.tokenHash) ? token : null }
}

/** @throws Refused 401 for a source that is not there, is off, or has another token: all look the same */
export async function openHook({ prisma }: Pick<Db, 'prisma'>, source: string, token: string): Promise<HookSource> {
  const row = await prisma.hookSource.findFirst({ where: { source, active: true } })
  const expected = row?.tokenHash ?? hashOf('')
  if (!timingSafeEqual(hashOf(token), expected) || !row || token === '') {
    throw new Refused(401, 'bad_token', '令牌不对')
  }
  return present(row)
}

/**
 * Takes one filled-in form: the person becomes a lead or is recognised, his answers fill what was not known, and he goes to
 * review where the playbook lists the source. The same form again on the same day is the same form.
 * @throws Refused 422 when nobody can be made of it
 */
export async function receiveForm(
  house: House,
  hook: HookSource,
  answers: Readonly<Record<string, string>>,
): Promise<{ leadId: string; created: boolean; joinUrl: string | null }> {
  const headings = Object.keys(answers)
  const columns = columnsOf(headings, hook.mapping)
  const row = readFormRow(Object.values(answers), columns, await groupNames(house))
  if (typeof row === 'string') throw new Refused(422, 'invalid', '表单不完整', [{ field: '(整体)', message: row }])
  const by = `hook:${hook.source}`
  const { calendar } = await house.playbook.current()
  const now = house.clock.now()
  return tryTransaction(house.db, async (tx) => {
    const [opened] = await openLeads(tx, house, [
      {
        identities: row.identities,
        fields: row.fields,
        source: { kind: 'form', channel: row.channel ?? hook.channel, campaign: row.campaign },
        at: now,
        by,
        key: ['hook', hook.source, calendar.dayOf(now), row.hash].join('\0'),
      },
    ])
    if (!opened) throw new Error('no lead was opened')
    const { leadId, created } = opened
    await putTags(
      tx,
      house,
      row.tags.map((tag) => ({ leadId, ...tag, by })),
    )
    if (row.consent !== null) await keepConsent(tx, house, leadId, row.consent, by)
    await considerReview(tx, house, [leadId])
    return { leadId, created, joinUrl: await wantJoinUrl(tx, house, leadId, by) }
  })
}

/** A person who ticks the box himself may take back his own opt-out; saying it again says nothing new. */
async function keepConsent(
  tx: Parameters<typeof setConsent>[0],
  house: House,
  leadId: string,
  granted: boolean,
  by: string,
): Promise<void> {
  const [lead] = await tx.query<{ marketing: string }>('SELECT marketing FROM leads WHERE id = $1', [leadId])
  if (lead?.marketing === (granted ? 'granted' : 'denied')) return
  await setConsent(tx, house, { leadId, purpose: 'marketing', granted, source: by, by })
}

const hashOf = (token: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(createHash('sha256').update('hook\0').update(token).digest())
