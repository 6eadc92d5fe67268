import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { previewMessage } from '../messages/preview.ts'

/** WeCom says no more than so many characters. */
const most = 200
/** What a line about who looks after him from now on may not overstep either. */
const binding = ['red_line', 'opted_out']

/**
 * What WeCom tells the customer when the transfer is done: the giver's own words, or the house's. The cadence guard looks at
 * it as at any line to a customer; what it forbids of the house's words is left out, what it forbids of his own is said to him.
 * @throws Refused 409 with the guard's reason; 422
 */
export async function transferLine(
  house: House,
  { leadId, takeover, own, by }: { leadId: string; takeover: string; own: string | undefined; by: string },
): Promise<string | undefined> {
  const [rep] = await house.db.query<{ name: string }>('SELECT name FROM staff WHERE lower(userid) = lower($1)', [
    takeover,
  ])
  const said = await previewMessage(house, {
    leadId,
    purpose: 'handover',
    ...(own ? { text: own } : { words: 'transfer-line' }),
    variables: { rep: { userid: takeover, name: rep?.name || takeover } },
    personal: true,
    by,
  })
  const asksFirst = said.state === 'waiting' && said.waitsFor?.kind === 'staff'
  const reason = asksFirst
    ? { id: 'red_line', message: '这句话触到红线规则，要主管先同意；请换一种说法' }
    : said.reason && binding.includes(said.reason.id)
      ? said.reason
      : null
  if (reason && own) throw new Refused(409, reason.id, reason.message)
  return reason ? undefined : [...said.body.text].slice(0, most).join('')
}
