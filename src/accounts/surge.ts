import { systemActor } from '../actor.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { move } from '../leads/move.ts'
import { record } from '../leads/record.ts'
import { tellRoles } from '../messages/tell.ts'
import { findEdge } from '../stages/edges.ts'

interface Surge {
  id: string
  name: string
  owner: string | null
  people: number
  at: Date
}

interface Candidate {
  id: string
  stage: string
  desk: string
  automation: boolean
  cooling: boolean
}

/**
 * Several people of one company are active at once, since just now: its owner and the roles of the playbook hear of it, and the
 * best of them whom nobody looks after goes to review. Found people who are silent stay silent.
 */
export async function announceSurges(tx: Transaction, house: House, accountIds: readonly string[]): Promise<void> {
  if (accountIds.length === 0) return
  const { playbook } = await house.playbook.current()
  const { surge } = playbook.accounts
  const accounts = await tx.query<Surge>(
    'SELECT id, name, owner, surging_people AS people, surge_at AS at FROM accounts WHERE id = ANY($1) ORDER BY id',
    [accountIds],
  )
  for (const account of accounts) {
    const people = await candidates(tx, house, account.id)
    const [first] = people.filter(({ automation }) => automation)
    if (!first) continue
    const key = `account-surge:${account.id}:${account.at.toISOString()}`
    const text = `${account.name} 有 ${account.people} 人在 ${Math.round(Number.parseFloat(surge.within))} 天内一起活跃`
    await record(tx, [
      {
        leadId: first.id,
        at: account.at,
        kind: 'account-surge',
        key,
        data: { account: account.id, people: account.people },
      },
    ])
    await tellRoles(tx, house, surge.tell, {
      key,
      words: 'account-surge',
      leadId: first.id,
      userids: account.owner ? [account.owner] : [],
      variables: { reason: text },
    })
    const next =
      surge.nominate && people.find((lead) => lead.automation && !lead.cooling && findEdge(playbook, 'nominate', lead))
    if (!next) continue
    try {
      await move(tx, house, {
        leadId: next.id,
        on: 'nominate',
        actor: systemActor,
        rule: 'account-surge',
        why: [{ rule: 'account-surge', text }],
      })
    } catch (error) {
      // Somebody was quicker.
      if (!(error instanceof Refused && error.status === 409)) throw error
    }
  }
}

/** The active people of an account, the best first. */
function candidates(tx: Transaction, house: House, account: string): Promise<Candidate[]> {
  return tx.query<Candidate>(
    `SELECT l.id, l.stage, l.desk, l.automation, coalesce(l.cool_until > $2, false) AS cooling FROM account_people p
       JOIN leads l ON l.id = p.lead_id AND l.merged_into IS NULL JOIN scores s ON s.lead_id = l.id
     WHERE account_root(p.account_id) = $1 AND p.account_id IN (${accountFamily('$1')}) AND p.active_on IS NOT NULL
     ORDER BY p.active_on DESC, s.s DESC, l.id LIMIT 20`,
    [account, house.clock.now()],
  )
}

/** A statement of every account that speaks through a root. */
export const accountFamily = (root: string): string => `WITH RECURSIVE fam AS (SELECT ${root}::uuid AS id, 0 AS hops
  UNION ALL SELECT a.id, fam.hops + 1 FROM fam JOIN accounts a ON a.merged_into = fam.id WHERE fam.hops < 32) SELECT id FROM fam`
