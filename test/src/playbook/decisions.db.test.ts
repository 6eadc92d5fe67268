import { expect, test } from 'vitest'
import { systemActor } from '../../../src/actor.ts'
import { movableClock } from '../../../src/clock.ts'
import { actDue } from '../../../src/journeys/act.ts'
import { advanceDue } from '../../../src/journeys/advance.ts'
import { enrolMarked } from '../../../src/journeys/enrol-marked.ts'
import { saveJourney } from '../../../src/journeys/library.ts'
import { noteEvents } from '../../../src/leads/note.ts'
import { putTags } from '../../../src/leads/tags.ts'
import { plan } from '../../../src/messages/plan.ts'
import { answerOffer, lapseOffers } from '../../../src/offers/answer.ts'
import { returnLead } from '../../../src/offers/give-back.ts'
import { considerReview } from '../../../src/review/consider.ts'
import { giveVerdict } from '../../../src/review/verdict.ts'
import { testDatabase } from '../../support/db.ts'
import { testHouse, thursdayMorning } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'

const hour = 3_600_000

/** Every table that keeps decisions, asked for rows that do not say by which rule of which version. */
const unnamed: Record<string, string> = {
  stage_changes: 'rule IS NULL OR playbook_version < 1',
  offers: "rule = '' OR playbook_version < 1",
  verdicts: `playbook_version < 1 OR NOT EXISTS (SELECT 1 FROM stage_changes c
    WHERE c.lead_id = verdicts.lead_id AND c.seq = (before ->> 'seq')::int AND c.rule IS NOT NULL)`,
  review_queue: "playbook_version < 1 OR why = '[]'",
  enrolment_steps: 'playbook_version < 1',
  // What a person puts is his own word; a rule's says which.
  lead_tags: "playbook_version < 1 OR rule IS NULL AND by ~ '^(rule|journey|system)'",
  messages: "playbook_version < 1 OR state = 'refused' AND reason ->> 'id' IS NULL",
  timeline:
    "kind IN ('stage', 'verdict', 'offer', 'review') AND (data ->> 'rule' IS NULL OR data ->> 'playbookVersion' IS NULL)",
}

test('every decision names its rule and the version of the playbook', async () => {
  const clock = movableClock(thursdayMorning)
  const house = await testHouse({ db: await testDatabase(), clock })
  const { db } = house
  const wang = await addStaff(house, 'WangMin', ['mdr'])
  const li = await addStaff(house, 'LiLei', ['sales'])
  const han = await addStaff(house, 'HanMei', ['sales'])
  await saveJourney(
    house,
    {
      id: 'j',
      trigger: { stage: 'MAL' },
      steps: [{ tag: { put: { group: '需求', name: '降本' } } }, { wait: '1h' }, { task: '打电话' }],
    },
    'SunLi',
  )
  const raise = (id: string) =>
    db.transaction(async (tx) => {
      await noteEvents(tx, house, [
        { leadId: id, type: 'demo_request', at: clock.now(), key: `${id}${clock.now().toISOString()}` },
      ])
      await considerReview(tx, house, [id])
    })
  const run = async () => {
    for (let round = 0; round < 6; round++) {
      await enrolMarked(house)
      await advanceDue(house)
      await actDue(house)
    }
  }
  const [first = '', second = '', third = ''] = [await openLead(house), await openLead(house), await openLead(house)]
  await run()
  await db.transaction((tx) => putTags(tx, house, [{ leadId: first, group: '需求', name: '提效', by: 'WangMin' }]))
  for (const id of [first, second, third]) await raise(id)
  clock.advance(60_000)
  await raise(third)
  await giveVerdict(house, first, { verdict: 'mql', reason: 'clear-need' }, wang)
  await giveVerdict(house, second, { verdict: 'nurture', reason: 'no-need' }, wang)
  const holder = async () => {
    const [offer] = await db.query<{ userid: string }>(
      "SELECT userid FROM offers WHERE lead_id = $1 AND state = 'open'",
      [first],
    )
    return offer?.userid === li.id ? li : han
  }
  await answerOffer(house, { leadId: first, by: await holder(), answer: 'decline', reason: 'full' })
  clock.advance(hour)
  await lapseOffers(house)
  // Nobody is left to take it: an MDR sees it again.
  await giveVerdict(house, first, { verdict: 'mql', reason: 'clear-need' }, wang)
  const owner = await holder()
  await answerOffer(house, { leadId: first, by: owner, answer: 'accept' })
  await returnLead(house, first, { reason: 'no-need' }, owner)
  await db.transaction((tx) =>
    plan(tx, house, { key: 'm', leadId: second, purpose: 'marketing', text: '您好', by: systemActor.id }),
  )
  await run()
  for (const [table, condition] of Object.entries(unnamed)) {
    const [all] = await db.query<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)
    expect({ table, any: (all?.rows ?? 0) > 0 }).toEqual({ table, any: true })
    expect({ table, unnamed: await db.query(`SELECT * FROM ${table} WHERE ${condition}`) }).toEqual({
      table,
      unnamed: [],
    })
  }
})
