import { z } from 'zod'
import { exists, personCookie } from '../oauth.ts'
import type { Wecom } from '../wecom.ts'
import { action, Impossible } from './definition.ts'

/** Cookies by person and origin: everybody has a phone of his own. */
const jars = new WeakMap<Wecom, Map<string, Map<string, string>>>()

export const linkActions = {
  /**
   * Opens a link found in a message, as that person, in the client's browser: follows redirects, passes the silent authorization.
   * `person` is `customer:ID`, `staff:USERID` or `stranger:OPENID`.
   */
  openLink: action(z.object({ person: z.string(), url: z.url() }), async (wecom, input) => {
    if (!exists(wecom, input.person)) throw new Impossible('没有这个人')
    const hops: { url: string; status: number }[] = []
    let url = input.url
    for (let hop = 0; hop < 12; hop++) {
      const { origin } = new URL(url)
      const ours = new URL(url).pathname === '/connect/oauth2/authorize'
      const jar = jarOf(wecom, input.person, origin)
      if (ours) jar.set(personCookie, encodeURIComponent(input.person))
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const userAgent =
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0.50 wxwork/4.1.30'
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { cookie, 'user-agent': userAgent, accept: 'text/html,*/*' },
        signal: AbortSignal.timeout(10_000),
      })
      for (const line of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
        if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) jar.delete(name)
        else jar.set(name, value)
      }
      hops.push({ url, status: answer.status })
      const location = answer.headers.get('location')
      const body = await answer.text()
      if (answer.status < 300 || answer.status >= 400 || !location)
        return { status: answer.status, url, hops, body: body.slice(0, 200_000) }
      url = new URL(location, url).href
    }
    throw new Impossible('跳转次数太多')
  }),
}

function jarOf(wecom: Wecom, person: string, origin: string): Map<string, string> {
  const all = jars.get(wecom) ?? new Map<string, Map<string, string>>()
  jars.set(wecom, all)
  const key = `${person} ${origin}`
  const jar = all.get(key) ?? new Map<string, string>()
  all.set(key, jar)
  return jar
}
