import { makeLiveCode } from '../codes/make.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { plan } from '../messages/plan.ts'

const page = 50

interface Accepted {
  id: string
  leadId: string
  userid: string
  qrCode: string | null
}

/**
 * After a rep accepted: he gets his own code, ready to give to the customer, and the customer a polite line from whoever he
 * knows already. A rep who already is the customer's friend gets neither, only the brief; so does one whose code WeCom
 * refuses. While WeCom is away the introduction waits for the code, and holds up nobody else's.
 * @returns true when there may be more
 */
export async function introduce(house: House): Promise<boolean> {
  await makeCodes(house)
  const due = await house.db.query<Accepted>(
    `SELECT o.id, o.lead_id AS "leadId", o.userid, c.qr_code AS "qrCode" FROM offers o LEFT JOIN live_codes c ON c.id = o.live_code_id
     WHERE o.state = 'accepted' AND o.introduced_at IS NULL AND (c.id IS NULL OR c.made IN ('made', 'failed')) ORDER BY o.answered_at LIMIT $1`,
    [page],
  )
  return eachAlone(house, due, page, (offer) => introduceOne(house, offer))
}

/** Codes nobody has tried to make yet; what fails is tried again by the codes' own job. */
async function makeCodes(house: House): Promise<void> {
  const wanted = await house.db.query<{ id: string }>(
    `SELECT c.id FROM offers o JOIN live_codes c ON c.id = o.live_code_id
     WHERE o.state = 'accepted' AND o.introduced_at IS NULL AND c.made = 'wanted' AND c.made_error IS NULL AND c.making_until IS NULL
     ORDER BY o.answered_at LIMIT $1`,
    [page],
  )
  for (const { id } of wanted) {
    try {
      await makeLiveCode(house, id)
    } catch (error) {
      house.log.info({ liveCodeId: id, err: error }, 'introduction waits for its code')
    }
  }
}

async function introduceOne(house: House, offer: Accepted): Promise<void> {
  await house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, offer.leadId)
    const rows = await tx.query(
      'UPDATE offers SET introduced_at = $2 WHERE id = $1 AND introduced_at IS NULL RETURNING 1',
      [offer.id, house.clock.now()],
    )
    // A lead that went on to somebody else is introduced by him.
    if (rows.length === 0 || lead.owner !== offer.userid) return
    const [rep] = await tx.query<{ name: string }>('SELECT name FROM staff WHERE userid = $1', [offer.userid])
    const variables = {
      rep: { userid: offer.userid, name: rep?.name || offer.userid },
      qrCode: offer.qrCode ?? '',
      link: offer.qrCode ?? '',
    }
    await plan(tx, house, {
      key: `introduction:${offer.id}:rep`,
      leadId: lead.id,
      purpose: 'notice',
      words: 'offer-accepted',
      recipient: offer.userid,
      variables,
      within: '7d',
      by: 'system',
    })
    if (offer.qrCode) {
      await plan(tx, house, {
        key: `introduction:${offer.id}:customer`,
        leadId: lead.id,
        purpose: 'handover',
        words: 'introduction',
        variables,
        mayWait: true,
        within: '7d',
        by: 'system',
      })
    }
  })
}
