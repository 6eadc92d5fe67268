import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { movableClock } from '../../../../src/clock.ts'
import { actDue } from '../../../../src/journeys/act.ts'
import { advanceDue } from '../../../../src/journeys/advance.ts'
import { foldCounts } from '../../../../src/journeys/fold-counts.ts'
import { syncJourneys } from '../../../../src/journeys/library.ts'
import { noteEvents } from '../../../../src/leads/note.ts'
import { testDatabase } from '../../../support/db.ts'
import { type TestHouse, testHouse, thursdayMorning } from '../../../support/house.ts'
import { addStaff, befriend, openLead } from '../../../support/people.ts'
import { type TestServer, testServer } from '../../../support/server.ts'

const clock = movableClock(thursdayMorning)
let house: TestHouse
let server: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase(), clock })
  await syncJourneys(house)
  server = await testServer(house)
  await addStaff(house, 'WangMin', ['mdr'])
  await addStaff(house, 'LiLei', ['sales'])
})
afterAll(() => server.close())

let serial = 0
const friend = async (fields: object = {}) => {
  const leadId = await openLead(house, { fields })
  await befriend(house, leadId, 'WangMin', `wm-api-${++serial}`)
  return leadId
}
const advance = async () => {
  for (let round = 0; round < 4; round++) {
    await advanceDue(house)
    await actDue(house)
  }
}
const definition = (id: string, more: object = {}) => ({
  id,
  trigger: { manual: true },
  steps: [{ name: '第一份', send: { pick: 'best' } }, { wait: '3d' }, { send: { pick: 'best' } }],
  ...more,
})

describe('journeys over the API', () => {
  test('the start set is there, with counts', async () => {
    const { status, json } = await server.call('GET', '/api/journeys')
    expect(status).toBe(200)
    expect(json.items.map(({ id }: { id: string }) => id)).toContain('not-yet-rewarm')
    expect(json.items[0]).toMatchObject({ origin: 'file', paused: false, counts: {} })
  })

  test('made as JSON or as YAML, changed as a new version, refused with the place that is wrong', async () => {
    const made = await server.call('POST', '/api/journeys', definition('by-json'), { as: 'WangMin' })
    expect([made.status, made.json]).toEqual([201, { id: 'by-json', version: 1 }])
    const yaml = 'id: by-yaml\ntrigger: { manual: true }\nsteps:\n  - wait: 2d\n  - exit: true\n'
    expect((await server.call('POST', '/api/journeys', { yaml })).json).toEqual({ id: 'by-yaml', version: 1 })
    const changed = await server.call('PUT', '/api/journeys/by-json', definition('by-json', { reentry: 'always' }))
    expect([changed.status, changed.json]).toEqual([200, { id: 'by-json', version: 2 }])
    const wrong = await server.call('PUT', '/api/journeys/by-json', definition('by-json', { steps: [{ wait: 'x' }] }))
    expect(wrong.status).toBe(422)
    expect(wrong.json.error).toMatchObject({ id: 'journey_invalid', details: [{ field: 'steps[0].wait' }] })
    expect((await server.call('PUT', '/api/journeys/by-json', definition('other'))).status).toBe(422)
    expect((await server.call('PUT', '/api/journeys/nowhere', definition('nowhere'))).status).toBe(404)
    expect((await server.call('POST', '/api/journeys', definition('x'), { as: 'LiLei' })).status).toBe(403)
  })

  test('enrolling answers for each who was taken in and who was not, and why', async () => {
    const [a, b] = [await friend(), await friend()]
    const nobody = '00000000-0000-7000-8000-000000000000'
    const first = await server.call(
      'POST',
      '/api/journeys/by-json/enrol',
      { leadIds: [a, b, nobody] },
      { as: 'WangMin' },
    )
    expect(first.status).toBe(202)
    expect(first.json).toMatchObject({ accepted: 2, refused: [{ leadId: nobody, id: 'lead_unknown' }] })
    const again = await server.call('POST', '/api/journeys/by-json/enrol', { leadIds: [a] })
    expect(again.json).toMatchObject({ accepted: 0, refused: [{ leadId: a, id: 'already_in' }] })
    expect((await server.call('POST', '/api/journeys/nowhere/enrol', { leadIds: [a] })).status).toBe(404)
    expect((await server.call('POST', '/api/journeys/by-json/enrol', { leadIds: ['x'] })).status).toBe(422)
    await advance()
    const one = await server.call('GET', '/api/journeys/by-json')
    expect(one.json).toMatchObject({ counts: { waiting: 2 }, version: 2 })
    expect(one.json.steps[0]).toEqual({ step: '0', name: '第一份', kind: 'send', outcomes: { planned: 2 } })
    const counts = async (query: string) => (await server.call('GET', `/api/journeys/by-json/counts?${query}`)).json
    const now = await counts('')
    expect(now).toMatchObject({ version: 2, enrolled: 2, reachedGoal: 0, left: [], asOf: clock.now().toISOString() })
    expect(now.steps).toMatchObject([
      { step: '0', name: '第一份', kind: 'send', waiting: 0, passed: 2, refused: 0, outcomes: { planned: 2 } },
      { step: '1', kind: 'wait', waiting: 2, passed: 0 },
      { step: '2', waiting: 0 },
    ])
    await foldCounts(house.db)
    expect(await counts('')).toEqual(now)
    // Who stands where is of now; what happened is of the period.
    expect(await counts('from=2020-01-01&to=2020-01-31')).toMatchObject({
      enrolled: 0,
      steps: [{ passed: 0 }, { waiting: 2 }, {}],
    })
    expect(await counts('version=1')).toMatchObject({ version: 1, enrolled: 0, steps: [{ passed: 0 }, {}, {}] })
    expect((await server.call('GET', '/api/journeys/by-json/counts?version=9')).status).toBe(404)
    const page = await server.call('GET', `/api/journeys/by-json/enrolments?limit=1`)
    expect(page.json.items).toHaveLength(1)
    const rest = await server.call('GET', `/api/journeys/by-json/enrolments?limit=1&cursor=${page.json.nextCursor}`)
    const seen = [page, rest].map(({ json }) => json.items[0])
    expect(seen.map(({ leadId }) => leadId).sort()).toEqual([a, b].sort())
    expect(seen[0]).toMatchObject({
      state: 'waiting',
      enteredBy: 'WangMin',
      trail: [{ step: '0', outcome: 'planned' }],
    })
    const standing = async (step: string, version = 2) =>
      (await server.call('GET', `/api/journeys/by-json/enrolments?version=${version}&step=${step}`)).json.items
    expect((await standing('1')).map(({ lead }: { lead: object }) => lead)).toMatchObject([
      { stage: 'MAL', desk: 'nurture' },
      { stage: 'MAL', desk: 'nurture' },
    ])
    expect([await standing('0'), await standing('1', 1)]).toEqual([[], []])
    // What he does not own a rep does not see.
    expect(
      (await server.call('GET', '/api/journeys/by-json/enrolments', undefined, { as: 'LiLei' })).json.items,
    ).toEqual([])
  })

  test('a stopped journey takes nobody in and moves nobody on, until it goes on', async () => {
    const leadId = await friend()
    await server.call('POST', '/api/journeys', definition('stops', { steps: [{ exit: '走完' }] }))
    await server.call('POST', '/api/journeys/stops/enrol', { leadIds: [leadId] })
    const stopped = await server.call('POST', '/api/journeys/stops/pause', {})
    expect(stopped.json).toMatchObject({ paused: true, counts: { paused: 1 } })
    await advance()
    const refused = await server.call('POST', '/api/journeys/stops/enrol', { leadIds: [await friend()] })
    expect(refused.json.refused).toMatchObject([{ id: 'paused' }])
    await server.call('POST', '/api/journeys/stops/resume', {})
    await advance()
    expect((await server.call('GET', '/api/journeys/stops')).json).toMatchObject({
      paused: false,
      counts: { exited: 1 },
    })
    expect((await server.call('GET', '/api/journeys/stops/counts')).json).toMatchObject({
      left: [{ reason: '走完', text: '走完', count: 1 }],
    })
  })

  test('of a split it is told how many went each way, and how many of those reached the goal', async () => {
    const arm = (name: string) => ({ name, share: 50, steps: [{ wait: '1d' }] })
    const steps = [{ branch: { split: [arm('短'), arm('长')] } }]
    const goal = { event: 'demo_request' }
    await server.call('POST', '/api/journeys', definition('splits', { steps, goal }))
    const leadIds = [await friend(), await friend(), await friend(), await friend()]
    await server.call('POST', '/api/journeys/splits/enrol', { leadIds })
    await advance()
    clock.advance(1)
    const events = leadIds
      .slice(0, 2)
      .map((leadId) => ({ leadId, type: 'demo_request', at: clock.now(), key: `goal-${leadId}` }))
    await house.db.transaction((tx) => noteEvents(tx, house, events))
    clock.advance(25 * 3_600_000)
    await advance()
    const { json } = await server.call('GET', '/api/journeys/splits/counts')
    expect(json).toMatchObject({ enrolled: 4, reachedGoal: 2, left: [{ reason: 'finished', count: 2 }] })
    expect(json.steps[0].arms).toMatchObject([{ name: '短' }, { name: '长', verdict: 'tooFew' }])
    const over = (word: string) =>
      json.steps[0].arms.reduce((sum: number, one: Record<string, number>) => sum + (one[word] ?? 0), 0)
    expect([over('entered'), over('ended'), over('goal')]).toEqual([4, 4, 2])
  })
})

describe('a new version', () => {
  test('shows who would land where, changes nothing by showing it, and takes people over when it is asked to', async () => {
    const steps = [{ name: '先等', wait: '3d' }, { exit: true }]
    await server.call('POST', '/api/journeys', definition('moves', { steps }))
    await server.call('POST', '/api/journeys/moves/enrol', { leadIds: [await friend()] })
    await advance()
    const next = [{ name: '打招呼', tag: { put: { group: '培育', name: '新' } } }, ...steps]
    await server.call('PUT', '/api/journeys/moves', definition('moves', { steps: next }))
    const versions = async () => {
      const { json } = await server.call('GET', '/api/journeys/moves/versions')
      return json.items.map(({ version, current, live }: Record<string, unknown>) => [version, current, live])
    }
    const asIs = await versions()
    expect(asIs).toEqual([
      [2, true, 0],
      [1, false, 1],
    ])
    const wanted = {
      version: 2,
      moves: [{ version: 1, step: '0', count: 1, to: { step: '1', name: '先等' } }],
      left: [],
    }
    const preview = await server.call('POST', '/api/journeys/moves/migrate', { preview: true })
    const third = [{ name: '先等', wait: '5d' }, { wait: '1d' }]
    const checked = await server.call(
      'POST',
      '/api/journeys/check',
      definition('moves', { steps: third, goal: { event: 'x' } }),
    )
    expect(checked.json).toMatchObject({
      faults: [],
      changes: {
        version: 2,
        settings: ['goal'],
        steps: [
          { what: 'removed', from: '0', to: null },
          { what: 'removed', from: '2', to: null },
          { what: 'changed', from: '1', to: '0' },
          { what: 'added', from: null, to: '1' },
        ],
      },
      migration: { moves: [{ version: 1, step: '0', count: 1, to: { step: '0', name: '先等' } }], left: [] },
    })
    expect(preview.json).toMatchObject({ ...wanted, moved: 0 })
    expect(await versions()).toEqual(asIs)
    const done = await server.call('POST', '/api/journeys/moves/migrate', {}, { as: 'WangMin' })
    expect(done.json).toMatchObject({ ...wanted, moved: 1, more: false })
    expect(await versions()).toEqual([
      [2, true, 1],
      [1, false, 0],
    ])
    const countsOf = async (version: number) =>
      (await server.call('GET', `/api/journeys/moves/counts?version=${version}`)).json
    expect(await countsOf(1)).toMatchObject({ enrolled: 0, steps: [{ waiting: 0 }, {}] })
    expect(await countsOf(2)).toMatchObject({ enrolled: 1, steps: [{ waiting: 0 }, { waiting: 1 }, {}] })
    expect((await server.call('POST', '/api/journeys/nowhere/migrate', {})).status).toBe(404)
    expect((await server.call('POST', '/api/journeys/moves/migrate', {}, { as: 'LiLei' })).status).toBe(403)
  })
})

describe('a journey that is being written', () => {
  test('is told what is wrong and where, without being kept', async () => {
    const check = async (journey: object) => (await server.call('POST', '/api/journeys/check', journey)).json
    // biome-ignore lint/suspicious/noThenProperty: the contract's word
    const branch = { if: { event: 'x' }, then: [{ wait: 'soon' }], else: [] }
    const unread = await check(definition('checked', { steps: [{ branch }] }))
    expect(unread).toMatchObject({ faults: [{ field: 'steps[0].branch.then[0].wait' }], journey: null, changes: null })
    const strange = await check(definition('checked', { steps: [{ send: { content: 'nowhere' } }] }))
    expect(strange).toMatchObject({ faults: [{ field: 'steps[0].send.content' }], journey: { id: 'checked' } })
    expect(await check({ yaml: 'id: [' })).toMatchObject({ faults: [{ field: '(整体)' }] })
    expect(await check(definition('checked'))).toMatchObject({ faults: [], changes: null, migration: null })
    expect((await server.call('GET', '/api/journeys/checked')).status).toBe(404)
    expect((await server.call('POST', '/api/journeys/check', definition('x'), { as: 'LiLei' })).status).toBe(403)
  })

  test('is kept for its writer alone, right or wrong, until it is dropped', async () => {
    const draft = { journey: { id: 'half', steps: [{ wait: '' }] }, base: null }
    const put = (body: object, id = 'half') => server.call('PUT', `/api/journeys/drafts/${id}`, body, { as: 'WangMin' })
    expect((await put({ ...draft, journey: { id: 'half' } })).status).toBe(204)
    expect((await put(draft)).status).toBe(204)
    const mine = async (as: string) => (await server.call('GET', '/api/journeys/drafts', undefined, { as })).json?.items
    await addStaff(house, 'ZhaoLei', ['mdr'])
    expect(await mine('WangMin')).toMatchObject([{ journey: 'half', body: draft.journey, base: null }])
    expect(await mine('ZhaoLei')).toEqual([])
    expect((await put(draft, "x'--")).status).toBe(422)
    expect((await put({ journey: { about: '长'.repeat(200_001) } })).status).toBe(422)
    expect((await put({ journey: { about: '\0' } })).status).toBe(422)
    await server.call('DELETE', '/api/journeys/drafts/half', undefined, { as: 'WangMin' })
    expect(await mine('WangMin')).toEqual([])
  })
})

describe('a dry run', () => {
  test('counts what each step would come to, and what the caps put off, and writes nothing', async () => {
    const leadIds = [await friend({ company: '甲公司' }), await friend({ company: '甲公司' }), await openLead(house)]
    const gone = await friend()
    await server.call('POST', `/api/leads/${gone}/consent`, { purpose: 'marketing', granted: false, source: '电话' })
    const tight = definition('tight', {
      steps: [
        { name: '第一份', send: { pick: 'best' } },
        { name: '紧接着', send: { pick: 'best' } },
        // biome-ignore lint/suspicious/noThenProperty: the contract's word
        { branch: { if: { event: 'content_read', within: '3d' }, then: [{ task: '电话' }], else: [{ wait: '1d' }] } },
      ],
    })
    await server.call('POST', '/api/journeys', tight)
    const count = async () => {
      const [row] = await house.db.query(
        'SELECT (SELECT count(*) FROM messages) AS m, (SELECT count(*) FROM enrolments) AS e, (SELECT count(*) FROM timeline) AS t',
      )
      return row
    }
    const before = await count()
    const run = await server.call('POST', '/api/journeys/tight/dry-run', { leadIds: [...leadIds, gone], days: 30 })
    expect(run.status).toBe(200)
    expect(await count()).toEqual(before)
    expect(run.json).toMatchObject({
      asked: 4,
      entered: 3,
      refused: [{ id: 'opted_out', count: 1 }],
      sends: 4,
      // The second piece of each comes a day after the first.
      putOff: { cap: 2 },
      capConflicts: 2,
      ends: { finished: 3, still: 0 },
    })
    const shown = await server.call('POST', '/api/journeys/tight/dry-run', { leadIds, show: 1 })
    expect([run.json.calendars, shown.json.calendars.length]).toEqual([[], 1])
    const [{ lines, end }] = shown.json.calendars
    expect([lines.map(({ step }: { step: string }) => step), end]).toEqual([['0', '1', '2', '2.else.0'], 'finished'])
    expect(lines[1]).toMatchObject({ outcome: 'planned', content: expect.any(String), putOffBy: ['cap'] })
    const [first, second, branch, task, wait] = run.json.steps
    expect(first).toMatchObject({ reached: 3, outcomes: { planned: 2, 'refused:not_reachable': 1 } })
    expect(second).toMatchObject({ reached: 3 })
    expect([branch.outcomes, task.reached, wait.outcomes]).toEqual([{ else: 3 }, 0, { waited: 3 }])
    const all = await server.call('POST', '/api/journeys/tight/dry-run', { days: 1, journey: definition('tight') })
    expect(all.json.asked).toBeGreaterThan(4)
  })

  test('what is foretold is what happens', async () => {
    const leadIds = await Promise.all(
      Array.from({ length: 8 }, (_, index) => friend({ company: index % 2 ? '乙公司' : '' })),
    )
    await server.call('POST', '/api/journeys', definition('foretold'))
    const { json } = await server.call('POST', '/api/journeys/foretold/dry-run', { leadIds, days: 1 })
    await server.call('POST', '/api/journeys/foretold/enrol', { leadIds })
    await advance()
    const { calendar } = await house.playbook.current()
    const rows = await house.db.query<{ due: Date }>(
      `SELECT m.due_at AS due FROM messages m JOIN enrolment_steps s ON s.message_id = m.id JOIN enrolments e ON e.id = s.enrolment WHERE e.journey = 'foretold' AND m.state = 'planned'`,
    )
    const days = new Map<string, number>()
    for (const { due } of rows) days.set(calendar.dayOf(due), (days.get(calendar.dayOf(due)) ?? 0) + 1)
    expect(json.byDay).toEqual([...days].sort().map(([day, sends]) => ({ day, sends })))
    expect(json.steps[0].outcomes).toEqual({ planned: rows.length })
  })
})

describe('a broadcast', () => {
  test('is a journey of one step, after a look at it by oneself', async () => {
    const contentId = 'checklist-eight-hidden-costs'
    const tried = await server.call('POST', '/api/broadcasts', { content: contentId, test: 'WangMin' })
    expect(tried.status).toBe(200)
    const [message] = await house.db.query('SELECT recipient, purpose, content_id FROM messages WHERE id = $1', [
      tried.json.messageId,
    ])
    expect(message).toEqual({ recipient: 'WangMin', purpose: 'notice', content_id: contentId })
    const [a, b] = [await friend(), await friend()]
    const sent = await server.call('POST', '/api/broadcasts', { name: '清单', leadIds: [a, b], content: contentId })
    expect(sent).toMatchObject({ status: 202, json: { accepted: 2, refused: [] } })
    await advance()
    const { json } = await server.call('GET', `/api/journeys/${sent.json.journey}`)
    expect(json).toMatchObject({ name: '清单', counts: { done: 2 }, steps: [{ outcomes: { planned: 2 } }] })
    // The same piece once more: kept as refused, not sent.
    const twice = await server.call('POST', '/api/broadcasts', { leadIds: [a], content: contentId })
    await advance()
    const again = await server.call('GET', `/api/journeys/${twice.json.journey}`)
    expect(again.json.steps[0].outcomes).toEqual({ 'refused:seen_before': 1 })
    const both = { leadIds: [a], segment: { field: 'company', op: '=', value: '丙公司' }, content: contentId }
    for (const body of [
      both,
      {},
      { leadIds: [a] },
      { content: contentId },
      { leadIds: [a], pick: {}, content: contentId },
    ])
      expect((await server.call('POST', '/api/broadcasts', body)).status).toBe(422)
  })

  test('begins when it is meant to, tells what became of it, and is taken back whole', async () => {
    const leadIds = [await friend(), await friend(), await friend()]
    const content = 'checklist-eight-hidden-costs'
    const at = (days: number) => new Date(house.clock.now().getTime() + days * 86_400_000).toISOString()
    const far = await server.call('POST', '/api/broadcasts', { leadIds, content, at: at(91) })
    expect([far.status, far.json.error.id]).toEqual([422, 'too_far_ahead'])
    const { json } = await server.call('POST', '/api/broadcasts', { leadIds, content, at: at(1) })
    const sends = async () => (await server.call('GET', `/api/journeys/${json.journey}/sends`)).json
    await advance()
    expect(await sends()).toMatchObject({ ahead: 3, startsAt: at(1), states: {}, opened: 0 })
    await server.call('POST', `/api/leads/${leadIds[0]}/consent`, {
      purpose: 'marketing',
      granted: false,
      source: '电话',
    })
    clock.advance(25 * 3_600_000)
    await advance()
    expect(await sends()).toMatchObject({ ahead: 0, startsAt: null, states: { planned: 2 } })
    const stop = () => server.call('POST', `/api/journeys/${json.journey}/stop`, {}, { as: 'WangMin' })
    expect((await stop()).json).toEqual({ ended: 0, withdrawn: 2, more: false })
    expect((await stop()).json).toEqual({ ended: 0, withdrawn: 0, more: false })
    expect(await sends()).toMatchObject({
      states: { cancelled: 2 },
      reasons: [{ state: 'cancelled', id: 'cancelled', message: '旅程已停下', count: 2 }],
    })
    await server.call('POST', '/api/journeys/stops/enrol', { leadIds: [leadIds[1]] })
    expect((await server.call('POST', '/api/journeys/stops/stop', {})).json).toMatchObject({ ended: 1 })
    expect((await server.call('POST', '/api/journeys/stops/enrol', { leadIds: [leadIds[2]] })).json.accepted).toBe(0)
  })

  test('goes to a segment, by its id or by the condition it would have, and can be tried on it', async () => {
    const leadIds = [await friend({ company: '丙公司' }), await friend({ company: '丙公司' })]
    await friend({ company: '丁公司' })
    const made = await server.call('POST', '/api/segments', { name: '丙公司的人', kind: 'static' })
    await server.call('POST', `/api/segments/${made.json.id}/members`, { add: leadIds })
    const condition = { field: 'company', op: '=', value: '丙公司' }
    for (const segment of [condition, made.json.id]) {
      const tried = await server.call('POST', '/api/journeys/tight/dry-run', { segment })
      expect(tried.json).toMatchObject({ asked: 2, entered: 2, more: false })
      const sent = await server.call('POST', '/api/broadcasts', { segment, pick: {} })
      expect(sent).toMatchObject({ status: 202, json: { accepted: 2, refused: [] } })
      const enrolled = sent.json.enrolled.map(({ leadId }: { leadId: string }) => leadId)
      expect(enrolled.sort()).toEqual([...leadIds].sort())
    }
    const nowhere = '00000000-0000-7000-8000-000000000000'
    expect((await server.call('POST', '/api/broadcasts', { segment: nowhere, pick: {} })).status).toBe(404)
    const hostile = { field: "company'; DROP TABLE leads", op: '=', value: 1 }
    expect((await server.call('POST', '/api/broadcasts', { segment: hostile, pick: {} })).status).toBe(422)
  })
})
