import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/start.ts'
import { movableClock } from '../../src/clock.ts'
import type { Db } from '../../src/db.ts'
import { atEnd } from './at-end.ts'
import { type TestHouse, testHouse, thursdayMorning } from './house.ts'
import { befriend, openLead } from './people.ts'

export type MovableClock = ReturnType<typeof movableClock>

export interface WecomHouse extends TestHouse {
  clock: MovableClock
  sandbox: Sandbox
  /** A customer who is a member's friend in WeCom and here. */
  friend(
    userid: string,
    more?: { name?: string; company?: string },
  ): Promise<{ leadId: string; externalUserId: string }>
}

/** A house and a sandbox WeCom with its members that live by one clock. No event leaves the sandbox. Closed after the file. */
export async function wecomHouse(
  db: Db & { url?: string },
  options: Partial<SandboxOptions> = {},
): Promise<WecomHouse> {
  const clock = movableClock(thursdayMorning)
  const credentials = {
    corpId: 'ww0123456789abcdef',
    agentId: 1000002,
    secret: 'test-secret',
    token: 'QDG6eK',
    aesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  }
  const sandbox = await startSandbox({ port: 0, seed: 'staff', clock, ...credentials, ...options })
  atEnd(() => sandbox.close())
  const house = await testHouse({ db, clock, wecomUrl: sandbox.url })
  return Object.assign(house, {
    clock,
    sandbox,
    async friend(userid: string, { name = '张三', company }: { name?: string; company?: string } = {}) {
      const { external_userid: externalUserId } = await sandbox.customerScans({ name, userid })
      const leadId = await openLead(house, {
        identities: [{ kind: 'externalUserId', value: externalUserId }],
        fields: { name, ...(company ? { company } : {}) },
      })
      await befriend(house, leadId, userid, externalUserId)
      return { leadId, externalUserId }
    },
  })
}
