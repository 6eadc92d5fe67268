import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import { isFirstTime } from '../leads/first-time.ts'
import { normalIdentity } from '../leads/identities.ts'
import { openLeads } from '../leads/open.ts'
import type { Menu } from '../messages/channel.ts'
import type { Heard } from './hear.ts'

/** What a skill may do about how the customer it talks with can be reached. */
export interface Contact {
  /**
   * The consent to ask for before a number that was written is kept, its menu's ids behind the skill's `word`; the number
   * travels sealed. Null: nothing written is a number.
   */
  ask(word: string): Promise<{ hint: string; consent: string; menu: Menu } | null>
  /** Keeps what was asked about, with the consent as he saw it; false: what was tapped is nothing of the kind, or too old. */
  keep(pressed: string): Promise<boolean>
}

const written = /(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)/
const called =
  /(?:我叫|我是|姓名[:：\s]?|名字[:：\s]?|联系人[:：\s]?)\s*(\p{Script=Han}{2,4}|[A-Za-z][A-Za-z .]{1,28}[A-Za-z])(?=$|[\s,，。.;；、!！\d])/u
const titled = /^(\p{Script=Han}{2,4})\s*[,，:：]?\s*(?=\+?\d)/u

/** @param key of the next effect of these words */
export function contactOf(house: House, heard: Heard & { leadId: string }, key: () => string): Contact {
  return {
    async ask(word) {
      const text = heard.text.normalize('NFKC')
      const [found] = written.exec(text) ?? []
      const mobile = found && normalIdentity({ kind: 'mobile', value: found })
      if (!mobile) return null
      const { playbook } = await house.playbook.current()
      const { version, text: consent } = playbook.pages.consent
      const name = (called.exec(text) ?? titled.exec(text.trim()))?.[1] ?? ''
      const sealed = house.seal.close(`${mobile}\n${name.slice(0, 12)}`)
      return {
        hint: `${mobile.slice(-11, -8)}****${mobile.slice(-4)}`,
        consent,
        menu: {
          lines: [
            { id: `${word}:yes ${version} ${sealed}`, text: '同意，请联系我' },
            { id: `${word}:no`, text: '不用了' },
          ],
        },
      }
    },
    async keep(pressed) {
      const [, version, sealed] = /^yes (\S{1,20}) (\S{1,120})$/.exec(pressed) ?? []
      const [mobile, name] = sealed ? open(house, sealed) : []
      if (!version || !mobile) return false
      const first = key()
      await house.db.transaction(async (tx) => {
        if (!(await isFirstTime(tx, first, heard.at))) return
        const [opened] = await openLeads(tx, house, [
          {
            identities: [{ kind: 'mobile', value: mobile }],
            ...(name ? { fields: { name } } : {}),
            source: null,
            at: heard.at,
            by: 'customer',
            key: first,
            leadId: heard.leadId,
          },
        ])
        const leadId = opened?.leadId ?? heard.leadId
        await setConsent(tx, house, {
          leadId,
          purpose: 'contact',
          granted: true,
          source: `kf:${version}`,
          by: 'customer',
        })
      })
      return true
    },
  }
}

function open(house: House, sealed: string): string[] {
  try {
    return house.seal.open(sealed).split('\n')
  } catch {
    return []
  }
}
