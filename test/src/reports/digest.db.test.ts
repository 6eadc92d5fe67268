import { expect, test } from 'vitest'
import { movableClock } from '../../../src/clock.ts'
import { move } from '../../../src/leads/move.ts'
import { tellWeek } from '../../../src/reports/digest.ts'
import { testDatabase } from '../../support/db.ts'
import { testHouse } from '../../support/house.ts'
import { addStaff, openLead } from '../../support/people.ts'

test('each manager hears of his own leads once a week, on Monday, in words that render', async () => {
  const clock = movableClock('2026-11-19T02:00:00Z')
  const house = await testHouse({ db: await testDatabase(), clock })
  await addStaff(house, 'East', ['manager'], { team: 'east' })
  await addStaff(house, 'West', ['manager'], { team: 'west' })
  await addStaff(house, 'LiLei', ['sales'], { team: 'east' })
  const own = async (owner: string) => {
    const id = await openLead(house)
    await house.db.query('UPDATE leads SET owner = $2 WHERE id = $1', [id, owner])
    return id
  }
  await own('LiLei')
  const lost = await own('LiLei')
  await house.db.transaction((tx) =>
    move(tx, house, { leadId: lost, on: 'nominate', actor: { id: 'system', roles: ['system'] }, why: [] }),
  )
  await house.db.transaction((tx) =>
    move(tx, house, {
      leadId: lost,
      on: 'verdict.disqualified',
      actor: { id: 'Boss', roles: ['admin'] },
      reason: 'competitor',
    }),
  )
  await house.db.query("UPDATE leads SET owner = 'LiLei' WHERE id = $1", [lost])
  await own('Somebody')
  const told = () =>
    house.db.query<{ recipient: string; text: string }>(
      "SELECT recipient, body ->> 'text' AS text FROM messages WHERE key LIKE 'week:%' ORDER BY recipient",
    )
  for (const when of ['2026-11-22T05:00:00Z', '2026-11-23T00:30:00Z']) {
    clock.set(when)
    await tellWeek(house)
    expect(await told()).toEqual([])
  }
  clock.set('2026-11-23T02:00:00Z')
  for (let again = 0; again < 3; again++) await tellWeek(house)
  const [east, west, ...others] = await told()
  expect(others).toEqual([])
  expect(east?.text).toContain('上周小结（2026-11-16 至 2026-11-22）')
  expect(east?.text).toContain('MAL 进来 2（0）')
  expect(east?.text).toContain('丢掉 1：同行 1')
  expect(east?.text).toContain('/console/dashboard')
  expect(west?.text).toContain('没有线索进出任何阶段')
  clock.set('2026-11-25T02:00:00Z')
  await tellWeek(house)
  expect(await told()).toHaveLength(2)
  clock.set('2026-11-30T02:00:00Z')
  await tellWeek(house)
  expect(await told()).toHaveLength(4)
})
