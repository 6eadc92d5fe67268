import { setTimeout as wait } from 'node:timers/promises'
import { seededRandom } from '../../sandbox/random.ts'
import type { Rig } from './rig.ts'

export interface Life {
  /** Ends it, and answers how often each thing was done. */
  stop(): Promise<Record<string, number>>
}

/**
 * What happens in a company all day, faster: strangers scan codes, members edit, people delete each other and come back,
 * write to 客服, MDRs judge, reps press the buttons of their cards. The same seed tells the same story, as far as the world
 * lets it happen; what cannot happen just now is left out.
 */
export function live(rig: Rig, seed: number, everyMs = 25): Life {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const done: Record<string, number> = {}
  const { sandbox } = rig
  let serial = 0
  const friends = () =>
    sandbox.world.relations.filter((one) => !one.deletedByStaff && !one.deletedByCustomer && !one.half)
  const kf = sandbox.world.kf.accounts[0]?.open_kfid ?? ''

  const deeds: [share: number, name: string, run: () => Promise<unknown>][] = [
    [30, 'scan', () => sandbox.customerScans({ name: `客户${seed}-${++serial}`, state: rig.code })],
    [6, 'half', () => sandbox.customerScans({ name: `客户${seed}-${++serial}`, userid: 'WangMin', half: true })],
    [
      25,
      'edit',
      async () => {
        const one = pick(friends())
        if (one)
          await sandbox.staffEdits({ userid: one.userid, customer: one.external_userid, remark: `备注 ${++serial}` })
      },
    ],
    [
      4,
      'delete',
      async () => {
        const one = pick(friends())
        if (!one) return
        const pair = { userid: one.userid, customer: one.external_userid }
        await (random() < 0.5 ? sandbox.customerDeletes(pair) : sandbox.staffDeletes(pair))
      },
    ],
    [
      4,
      'return',
      async () => {
        const gone = pick(sandbox.world.relations.filter((one) => one.deletedByStaff || one.deletedByCustomer))
        if (gone) await sandbox.customerScans({ customer: gone.external_userid, userid: gone.userid })
      },
    ],
    [
      8,
      'write',
      async () => {
        const one = pick(sandbox.world.relations)
        const text = pick(['请问怎么收费', '你们在宁波吗', '人工', '谢谢']) ?? ''
        if (one) await sandbox.customerWritesKf({ kf, customer: one.external_userid, text })
      },
    ],
    [
      12,
      'judge',
      async () => {
        const claimed = await rig.api('POST', '/api/review-queue/claim', {}, 'WangMin')
        if (claimed.status !== 200) return
        const verdict =
          random() < 0.7 ? { verdict: 'mql', reason: '需求明确' } : { verdict: 'nurture', reason: '只是了解一下' }
        await rig.api('POST', `/api/leads/${claimed.json.id}/verdict`, verdict, 'WangMin')
      },
    ],
    [
      12,
      'press',
      async () => {
        const userid = pick(['LiLei', 'HanMeimei']) ?? ''
        const cards = sandbox.inboxOf(userid).filter(({ msgtype, receivers }) => {
          const receiver = receivers[userid]
          return msgtype === 'template_card' && receiver?.pressed.length === 0 && !receiver.replaceName
        })
        const card = pick(cards)
        const key = new RegExp(`${random() < 0.6 ? 'accept' : 'decline'}:[0-9a-f-]+`).exec(
          JSON.stringify(card?.content),
        )
        if (card?.taskId && key) await sandbox.staffPresses({ userid, taskId: card.taskId, key: key[0] })
      },
    ],
  ]
  const total = deeds.reduce((sum, [share]) => sum + share, 0)
  let over = false
  const living = (async () => {
    while (!over) {
      let at = random() * total
      const deed = deeds.find(([share]) => {
        at -= share
        return at < 0
      })
      if (deed) {
        const [, name, run] = deed
        try {
          await run()
          done[name] = (done[name] ?? 0) + 1
        } catch (error) {
          if ((error as Error).name !== 'Impossible') throw error
        }
      }
      await wait(random() * 2 * everyMs)
    }
  })()
  living.catch(() => {})
  return {
    async stop() {
      over = true
      await living
      return done
    },
  }
}
