import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { Wecom } from './client.ts'
import { signPage } from './crypto.ts'

/**
 * What the JS-SDK of a page wants: `corp` for wx.config, `agent` for wx.agentConfig; mixing them up is refused. `url` is the
 * page as the browser shows it; its fragment does not count. https://developer.work.weixin.qq.com/document/path/90506
 */
export async function pageSignature(
  wecom: Wecom,
  clock: Clock,
  kind: 'corp' | 'agent',
  url: string,
): Promise<{ timestamp: number; nonceStr: string; signature: string }> {
  const ticket = await wecom.ticket(kind)
  const timestamp = Math.floor(clock.now().getTime() / 1000)
  const nonceStr = randomBytes(12).toString('hex')
  return { timestamp, nonceStr, signature: signPage({ ticket, nonce: nonceStr, timestamp, url }) }
}
