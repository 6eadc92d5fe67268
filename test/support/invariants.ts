import { createHash } from 'node:crypto'
import type { Rig } from './rig.ts'

/**
 * Everything that must be true when a company has come to rest, whatever was done to it; looked at from outside: by what
 * WeCom sent and received, and by the rows. Answers every breach in words.
 */
export async function breaches(rig: Rig): Promise<string[]> {
  const found = await Promise.all([
    acknowledgedIsStored(rig),
    everyEventEnds(rig),
    nobodyIsWelcomedTwice(rig),
    nothingIsSaidTwice(rig),
    offersAndCards(rig),
    historyIsLinked(rig),
    oneStageTag(rig),
  ])
  return found.flat()
}

/** What was answered 200 is in the inbox, once. */
async function acknowledgedIsStored({ sandbox, query }: Rig): Promise<string[]> {
  const acknowledged = sandbox.callbacks.filter(({ tries }) => tries.some(({ status }) => status === 200))
  const rows = await query<{ body: string; n: number }>('SELECT body, count(*)::int AS n FROM inbox GROUP BY body')
  const stored = new Map(rows.map(({ body, n }) => [body, n]))
  const seen = new Set(
    (await query<{ key: string }>("SELECT encode(key, 'hex') AS key FROM seen")).map(({ key }) => key),
  )
  return acknowledged.flatMap(({ name, xml }) => {
    const faults: string[] = []
    if (stored.get(xml) !== 1) faults.push(`${name} was acknowledged and is ${stored.get(xml) ?? 0} times in the inbox`)
    if (!seen.has(createHash('sha256').update(xml).digest('hex')))
      faults.push(`${name} was acknowledged and is not seen`)
    return faults
  })
}

/** Every event reaches one end, and none of ours is given up. */
async function everyEventEnds({ query }: Rig): Promise<string[]> {
  const rows = await query<{ id: number; path: string; state: string; reason: string | null }>(
    "SELECT id, path, state, reason FROM inbox WHERE state NOT IN ('done', 'ignored')",
  )
  return rows.map(({ id, path, state, reason }) => `event ${id} ${path} is ${state}: ${reason}`)
}

/** A welcome per add at most, as WeCom saw it; and no plan for one is left hanging. */
async function nobodyIsWelcomedTwice({ sandbox, query }: Rig): Promise<string[]> {
  const faults: string[] = []
  const good = new Map<string, number>()
  for (const { body, answer } of sandbox.callsTo('externalcontact/send_welcome_msg')) {
    const code = String((body as { welcome_code?: unknown }).welcome_code)
    if (answer.errcode === undefined || answer.errcode === 0) good.set(code, (good.get(code) ?? 0) + 1)
  }
  for (const [code, times] of good) if (times > 1) faults.push(`the welcome of code ${code} was sent ${times} times`)
  const adds = new Map<string, number>()
  for (const { fields } of sandbox.callbacks) {
    if (!fields.WelcomeCode) continue
    const pair = `${fields.UserID} ${fields.ExternalUserID}`
    adds.set(pair, (adds.get(pair) ?? 0) + 1)
  }
  const said = new Map<string, number>()
  for (const { via, peer, external_userid } of sandbox.world.chat)
    if (via === 'welcome') said.set(`${peer} ${external_userid}`, (said.get(`${peer} ${external_userid}`) ?? 0) + 1)
  for (const [pair, times] of said)
    if (times > (adds.get(pair) ?? 0)) faults.push(`${pair} got ${times} welcomes for ${adds.get(pair) ?? 0} adds`)
  const plans = await query<{ code: string; n: number; states: string }>(
    `SELECT extra ->> 'code' AS code, count(*)::int AS n, string_agg(state, ' ') AS states FROM messages WHERE channel = 'welcome' GROUP BY 1`,
  )
  for (const { code, n, states } of plans) {
    if (n > 1) faults.push(`${n} welcomes were planned for code ${code}`)
    if (/planned|sending/.test(states)) faults.push(`the welcome of code ${code} is ${states}`)
  }
  return faults
}

/** Nobody receives more than there are rows for; a row that is sent was sent once. */
async function nothingIsSaidTwice({ sandbox, query }: Rig): Promise<string[]> {
  const faults: string[] = []
  const tasks = new Map<string, number>()
  const notices = new Map<string, number>()
  for (const { taskId, content, receivers } of sandbox.world.appMessages) {
    if (taskId) tasks.set(taskId, (tasks.get(taskId) ?? 0) + 1)
    else
      for (const userid of Object.keys(receivers))
        count(notices, `${userid} ${(content as { content?: string }).content}`)
  }
  for (const [task, times] of tasks) if (times > 1) faults.push(`the card ${task} was sent ${times} times`)
  const rows = await query<{ recipient: string; text: string; n: number }>(
    `SELECT recipient, body ->> 'text' AS text, count(*)::int AS n FROM messages
     WHERE channel = 'app-notice' AND NOT body ? 'card' AND state IN ('sent', 'unknown') GROUP BY 1, 2`,
  )
  const planned = new Map(rows.map(({ recipient, text, n }) => [`${recipient} ${text}`, n]))
  for (const [notice, times] of notices)
    if (times > (planned.get(notice) ?? 0))
      faults.push(`"${notice}" was sent ${times} times for ${planned.get(notice) ?? 0} rows`)
  const answers = await query<{ recipient: string; text: string; n: number }>(
    `SELECT recipient, body ->> 'text' AS text, count(*)::int AS n FROM messages WHERE channel = 'kf' AND state IN ('sent', 'unknown') GROUP BY 1, 2`,
  )
  const answered = new Map(answers.map(({ recipient, text, n }) => [`${recipient} ${text}`, n]))
  const spoken = new Map<string, number>()
  for (const { via, from, peer, external_userid, text } of sandbox.world.chat)
    if (via === 'kf-api' && from !== 'customer') count(spoken, `${peer}:${external_userid} ${text}`)
  for (const [words, times] of spoken)
    if (times > (answered.get(words) ?? 0))
      faults.push(`"${words}" was said ${times} times for ${answered.get(words) ?? 0} rows`)
  const hanging = await query<{ id: string; channel: string; state: string }>(
    "SELECT id, channel, state FROM messages WHERE state = 'sending' OR state = 'planned' AND due_at < now() - interval '1 minute'",
  )
  return [...faults, ...hanging.map(({ id, channel, state }) => `message ${id} of ${channel} is still ${state}`)]
}

/** One open offer a lead at most; no lead at the sales desk without a holder; a press is answered once. */
async function offersAndCards({ query }: Rig): Promise<string[]> {
  const faults = await query<{ fault: string }>(
    `SELECT 'lead ' || lead_id || ' has ' || count(*) || ' open offers' AS fault FROM offers WHERE state = 'open' GROUP BY lead_id HAVING count(*) > 1
     UNION ALL SELECT 'lead ' || id || ' at the sales desk is nobody''s' FROM leads l WHERE desk = 'sales' AND owner IS NULL AND merged_into IS NULL
       AND NOT EXISTS (SELECT FROM offers o WHERE o.lead_id = l.id AND o.state = 'open')
     UNION ALL SELECT 'offer ' || offer_id || ' has ' || count(*) || ' cards' FROM cards WHERE offer_id IS NOT NULL GROUP BY offer_id HAVING count(*) > 1
     UNION ALL SELECT 'lead ' || l.id || ' is owned by ' || l.owner || ', who accepted nothing' FROM leads l WHERE l.owner IS NOT NULL AND l.desk = 'sales'
       AND NOT EXISTS (SELECT FROM offers o WHERE o.lead_id = l.id AND o.userid = l.owner AND o.state = 'accepted')
     UNION ALL SELECT 'lead ' || lead_id || ' waits for review at ' || l.desk FROM review_queue q JOIN leads l ON l.id = q.lead_id WHERE l.desk <> 'review'
     UNION ALL SELECT 'lead ' || l.id || ' is at review and not in the queue' FROM leads l WHERE desk = 'review' AND merged_into IS NULL
       AND NOT EXISTS (SELECT FROM review_queue q WHERE q.lead_id = l.id)`,
  )
  return faults.map(({ fault }) => fault)
}

/** History begins with nothing, has no gap, goes on where it stopped, and ends where the lead stands. */
async function historyIsLinked({ query }: Rig): Promise<string[]> {
  const faults = await query<{ fault: string }>(
    `WITH steps AS (SELECT *, lag(to_stage) OVER w AS before_stage, lag(to_desk) OVER w AS before_desk, lag(seq, 1, 0) OVER w AS before_seq FROM stage_changes
       WINDOW w AS (PARTITION BY lead_id ORDER BY seq))
     SELECT 'step ' || seq || ' of lead ' || lead_id || ' is not linked' AS fault FROM steps
       WHERE seq <> before_seq + 1 OR from_stage IS DISTINCT FROM before_stage OR from_desk IS DISTINCT FROM before_desk
     UNION ALL SELECT 'lead ' || l.id || ' stands at ' || l.stage || '@' || l.desk || ', its history at ' || coalesce(c.to_stage || '@' || c.to_desk, 'nothing') FROM leads l
       LEFT JOIN stage_changes c ON c.lead_id = l.id AND c.seq = l.stage_seq WHERE (c.to_stage, c.to_desk) IS DISTINCT FROM (l.stage, l.desk)
     UNION ALL SELECT 'lead ' || lead_id || ' has steps beyond ' || l.stage_seq FROM stage_changes c JOIN leads l ON l.id = c.lead_id WHERE c.seq > l.stage_seq
     UNION ALL SELECT kind || ' ' || key || ' has no lead' FROM identities i WHERE NOT EXISTS (SELECT FROM leads l WHERE l.id = i.lead_id)`,
  )
  return faults.map(({ fault }) => fault)
}

/** Each live relation in our sight wears one tag of the stage group in WeCom: that of its lead. We know of each. */
async function oneStageTag({ sandbox, query }: Rig): Promise<string[]> {
  const group = sandbox.world.tagGroups.find(({ name }) => name === '客户阶段')
  const rows = await query<{ userid: string; customer: string; stage: string; state: string }>(
    `SELECT f.userid, f.external_userid AS customer, f.state, l.stage FROM follows f JOIN leads l ON l.id = lead_root(f.lead_id)`,
  )
  const ours = new Map(rows.map((row) => [`${row.userid} ${row.customer}`, row]))
  return sandbox.world.relations.flatMap((one) => {
    const pair = `${one.userid} ${one.external_userid}`
    const row = ours.get(pair)
    if (one.deletedByStaff || one.half) return []
    if (!row) return [`${pair} follow each other and we know nothing of it`]
    const wanted = one.deletedByCustomer ? 'deleted_by_customer' : 'full'
    if (row.state !== wanted) return [`${pair} is ${wanted} in WeCom and ${row.state} with us`]
    if (one.deletedByCustomer) return []
    const worn = (group?.tags ?? []).filter(({ id }) => one.tagIds.includes(id)).map(({ name }) => name)
    if (worn.length === 1 && worn[0]?.includes(row.stage)) return []
    return [`${pair} wears [${worn.join(', ')}] and stands at ${row.stage}`]
  })
}

const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1)
