import type { World } from './world.ts'

/** What a customer's page was given out with. */
export const ticketIn = (body: string): string => /data-ticket="([^"]+)"/.exec(body)?.[1] ?? ''

/** Points the links of a world at its own server; the sandbox's window opens them there. */
export function openForReaders(world: World): void {
  Object.assign(world.house.config, { publicUrl: world.server.url, contentUrl: world.server.url })
}

/** Opens a link as somebody in WeChat: `customer:ID`, `stranger:OPENID`, `staff:USERID`. */
export async function readAs(
  world: World,
  person: string,
  url: string,
): Promise<{ status: number; url: string; body: string; ticket: string; hops: string[] }> {
  const opened = await world.sandbox.openLink({ person, url })
  return {
    status: opened.status,
    url: opened.url,
    body: opened.body,
    ticket: ticketIn(opened.body),
    hops: opened.hops.map((hop) => new URL(hop.url).pathname),
  }
}

/** What the page's script would tell. */
export async function tell(
  world: World,
  ticket: string,
  { seconds = 1, depth = 0, acts = [] as string[] } = {},
): Promise<number> {
  const beacon = { t: ticket, d: seconds * 1000, r: depth, a: acts }
  return (await world.server.call('POST', '/c/t', beacon, { stranger: true })).status
}

/** Presses a button of a page. */
export async function press(
  world: World,
  path: string,
  fields: Record<string, string>,
): Promise<{ status: number; text: string; headers: Headers }> {
  return world.server.call('POST', path, new URLSearchParams(fields).toString(), {
    stranger: true,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  })
}
