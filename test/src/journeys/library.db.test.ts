import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { findJourney, listJourneys, saveJourney, syncJourneys } from '../../../src/journeys/library.ts'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'

let house: TestHouse
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
})

const own = (id: string, more: object = {}) => ({ id, trigger: { manual: true }, steps: [{ wait: '1d' }], ...more })
const faults = async (journey: unknown) => {
  const refused = await saveJourney(house, journey, 'SunLi').catch((error: { details: unknown }) => error)
  return (refused as { details: { field: string; message: string }[] }).details
}

describe('the start set', () => {
  test('comes in whole, and a second time changes nothing', async () => {
    const { files, changed } = await syncJourneys(house)
    expect(files).toBeGreaterThanOrEqual(5)
    expect(changed).toBe(files)
    expect(await syncJourneys(house)).toEqual({ files, changed: 0 })
    expect((await listJourneys(house.db)).map(({ id }) => id)).toEqual([
      'dormant-wake-up',
      'event-follow-up',
      'not-yet-rewarm',
      'returned-rewarm',
      'welcome-mal-30-days',
    ])
  })

  test("a person's version overrides the file and stays when the file is read again", async () => {
    const before = await findJourney(house.db, 'event-follow-up')
    const saved = await saveJourney(house, own('event-follow-up'), 'SunLi')
    expect(saved).toEqual({ id: 'event-follow-up', version: before.version + 1, created: true })
    expect(await saveJourney(house, own('event-follow-up'), 'SunLi')).toMatchObject({ created: false })
    await syncJourneys(house)
    const now = await findJourney(house.db, 'event-follow-up')
    expect(now).toMatchObject({ origin: 'database', version: saved.version, by: 'SunLi' })
    expect((await findJourney(house.db, 'event-follow-up', before.version)).body).toEqual(before.body)
  })

  test('a file that is gone is withdrawn, a broken one is named and changes nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bowtie-journeys-'))
    writeFileSync(join(folder, 'one.yaml'), 'id: one\ntrigger: { manual: true }\nsteps: [{ wait: 1d }]\n')
    await syncJourneys(house, folder)
    expect((await listJourneys(house.db)).map(({ id }) => id)).toEqual(['event-follow-up', 'one'])
    writeFileSync(join(folder, 'two.yaml'), 'id: two\ntrigger: { manual: true }\nsteps: [{ wait: 很久 }]\n')
    await expect(syncJourneys(house, folder)).rejects.toThrow(/two\.yaml[\s\S]*steps\[0\]\.wait: 不是时长/)
    await syncJourneys(house)
    expect(await listJourneys(house.db)).toHaveLength(5)
  })
})

describe('a definition says where it is wrong', () => {
  test.each<[string, object, string, RegExp]>([
    ['an unknown step', { steps: [{ wait: '1d' }, { sned: {} }] }, 'steps[1]', /不认识的步骤 sned/],
    ['two things in one step', { steps: [{ wait: '1d', task: '打电话' }] }, 'steps[0]', /一步只做一件事/],
    ['nothing to do', { steps: [] }, 'steps', /至少要有一步/],
    [
      'a piece that is not there, deep inside',
      // biome-ignore lint/suspicious/noThenProperty: the contract's word
      { steps: [{ branch: { if: { event: 'x' }, then: [{ wait: '1d' }, { send: { content: 'nope' } }] } }] },
      'steps[0].branch.then[1].send.content',
      /内容库里没有 nope/,
    ],
    [
      'a wrong duration inside a split',
      {
        steps: [
          {
            branch: {
              split: [
                { share: 50, steps: [{ wait: 'x' }] },
                { share: 50, steps: [] },
              ],
            },
          },
        ],
      },
      'steps[0].branch.split[0].steps[0].wait',
      /不是时长/,
    ],
    [
      'shares that do not add up',
      {
        steps: [
          {
            branch: {
              split: [
                { share: 50, steps: [] },
                { share: 40, steps: [] },
              ],
            },
          },
        ],
      },
      'steps[0].branch.split',
      /合计要等于 100/,
    ],
    ['a hostile field', { entry: { field: "name'; --", op: '=', value: 1 } }, 'entry.field', /不认识的字段/],
    ['a stage the playbook lacks', { trigger: { stage: 'NOPE' } }, 'trigger.stage', /没有阶段 NOPE/],
    ['an edge the playbook lacks', { trigger: { desk: 'nurture', via: ['x'] } }, 'trigger.via[0]', /没有流转 x/],
    ['a step only people may take', { steps: [{ stage: { on: 'return' } }] }, 'steps[0].stage.on', /系统可以走/],
    [
      'a behaviour that weighs nothing',
      { steps: [{ score: { event: 'x' } }] },
      'steps[0].score.event',
      /没有给 x 计分/,
    ],
    ['a web hook that is an address', { steps: [{ webhook: { url: 'https://x' } }] }, 'steps[0].webhook', /请写 id/],
    ['a segment without its id', { trigger: { segment: '' } }, 'trigger.segment', /人群的 id/],
    ['a segment left without its id', { exits: [{ leftSegment: 7 }] }, 'exits[0].leftSegment', /人群的 id/],
    ['a word nobody knows', { stepz: [] }, '(整体)', /stepz/],
    ['a clock that is none', { steps: [{ wait: { until: '25:00' } }] }, 'steps[0].wait.until', /不是时刻/],
  ])('%s', async (_, change, field, message) => {
    const found = await faults(own('broken', change))
    expect(found[0]).toMatchObject({ field, message: expect.stringMatching(message) })
  })

  test('YAML is read like JSON, and broken YAML is refused', async () => {
    const saved = await saveJourney(
      house,
      'id: from-yaml\ntrigger: { manual: true }\nsteps:\n  - exit: true\n',
      'SunLi',
    )
    expect(saved).toEqual({ id: 'from-yaml', version: 1, created: true })
    expect((await faults('id: [')).length).toBe(1)
  })

  test('the format of the contract is taken as it stands', async () => {
    const saved = await saveJourney(
      house,
      `id: not-yet-rewarm
trigger: { stage: MAL, desk: nurture }
entry: { all: [ { field: score.total, op: ">=", value: 5 }, { event: content_open, atLeast: 1, within: 30d } ] }
reentry: { after: 90d }
goal: { event: demo_request }
steps:
  - wait: 2d
  - send: { pick: best, need: 降本 }
  - branch: { if: { event: content_read, within: 3d }, then: [ { task: 电话回访 } ], else: [ { wait: 7d }, { send: { pick: best } } ] }
  - exit: true
`,
      'SunLi',
    )
    expect(saved).toMatchObject({ id: 'not-yet-rewarm', created: true })
    const { body } = await findJourney(house.db, 'not-yet-rewarm')
    expect((await saveJourney(house, body, 'SunLi')).created).toBe(false)
  })
})
