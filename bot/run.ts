import type { House } from '../src/house.ts'
import type { Heard } from '../src/skills/hear.ts'
import { listen, understandHosted } from './listen.ts'
import { PuppetWecom } from './puppet-wecom/puppet.ts'

/** A bot that runs. */
export interface RunningBot {
  /** Lets it hear words that were kept for it; resolves when they were answered. Absent: its words come from elsewhere. */
  hear?(heard: Heard): Promise<void>
  /** Says something to somebody by the hosted account; absent: it has none. */
  say?(contactId: string, text: string): Promise<string | undefined>
  close(): Promise<void>
}

/**
 * Starts the bot: `wecom` is our own puppet over WeCom's official API; anything else names a Wechaty puppet package, which reads
 * its own configuration (WECHATY_PUPPET_…) and speaks whatever protocol it speaks.
 * @throws Error when the package is not there
 */
export async function runBot(house: House, kind: string): Promise<RunningBot> {
  // 1.5 s and 60 MB that only this process spends.
  const { WechatyBuilder } = await import('wechaty')
  const onError = (error: unknown) => house.log.error({ err: error }, 'bot')
  if (kind === 'wecom') {
    const puppet = new PuppetWecom(house)
    const wechaty = WechatyBuilder.build({ name: 'bowtie', puppet })
    const waiting = new Map<string, { done(): void; fail(error: unknown): void }>()
    listen(
      wechaty,
      house,
      async ({ id }) => puppet.heard(id),
      (id, error) => {
        if (error === undefined) waiting.get(id)?.done()
        else waiting.get(id)?.fail(error)
        waiting.delete(id)
      },
    )
    wechaty.on('error', onError)
    await wechaty.start()
    return {
      hear: (heard) =>
        new Promise((done, fail) => {
          waiting.set(heard.key, { done, fail })
          puppet.receive(heard).catch(fail)
        }),
      close: () => wechaty.stop(),
    }
  }
  house.log.warn(
    { puppet: kind },
    '托管机器人用的不是企业微信官方接口，账号可能被限制或封禁 · a hosted puppet speaks no official API; accounts have been banned',
  )
  const wechaty = WechatyBuilder.build({ name: 'bowtie', puppet: kind as 'wechaty-puppet-service' })
  listen(wechaty, house, understandHosted(house))
  wechaty.on('error', onError)
  wechaty.on('scan', (qrcode, status) => house.log.info({ qrcode, status }, '请扫码登录托管账号 · scan to sign in'))
  await wechaty.start()
  return {
    async say(contactId, text) {
      const contact = await wechaty.Contact.find({ id: contactId })
      const said = await contact?.say(text)
      return said?.id
    },
    close: () => wechaty.stop(),
  }
}
