import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRandom } from '../../sandbox/random.ts'
import { breaches } from '../support/invariants.ts'
import { endLaunched } from '../support/launch.ts'
import { live } from '../support/life.ts'
import { openRig, type Rig } from '../support/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(async () => {
  await rig?.close()
  await endLaunched()
})

it('a worker that is killed again and again in the middle of its work loses nothing and repeats nothing', async () => {
  const random = seededRandom(11)
  const life = live(rig, 11)
  for (let kills = 0; kills < 4; kills++) {
    await wait(1_500 + random() * 2_500)
    const pid = rig.pid('worker')
    process.kill(pid, 'SIGKILL')
    await rig.back('worker', pid)
  }
  const done = await life.stop()
  console.log(done)
  await rig.settle()
  expect(await breaches(rig)).toEqual([])
})
