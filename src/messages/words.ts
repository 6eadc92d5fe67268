import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { Calendar } from '../playbook/hours.ts'
import type { DayWord } from '../playbook/hours-schema.ts'
import { acquaintanceOf, type LeadFacts } from './facts.ts'
import type { CardWords } from './notice-card.ts'

/** What is to be said, before anything is put into it. */
export interface Chosen {
  /** A piece of the library or a template of the house; null for words written for this one occasion. */
  contentId: string | null
  version: number | null
  title: string
  /** A LiquidJS template, unless `literal`. */
  body: string
  plain: string
  /** The short words that go with the link, when there is one. */
  say: string
  url: string | null
  /** It is read on a page of ours, and the message carries a link to it. */
  hasPage: boolean
  /** What the message carries besides a link. */
  carries: {
    kind: 'image' | 'video' | 'file' | 'miniprogram'
    file: string | null
    appId: string | null
    page: string | null
  } | null
  /** Where a notice of these words is a card. */
  card: CardWords | null
  /** Picture of its card: a file of the library, and which of its pictures. */
  cover: string | null
  /** Why it must not go now; null: it may. */
  lapsed: string | null
  literal: boolean
  /** What to tap on below the words. */
  menu: string[]
}

/** Who is welcomed by whom, when, and how he came. */
export interface Welcomed {
  lead: LeadFacts
  sender: string | null
  code: LiveCodeWords | null
  created: boolean
  /** The door he came in by, where it has a name. */
  scene?: string | undefined
  calendar: Calendar
  at: Date
}

export interface Said {
  words?: string | undefined
  contentId?: string | undefined
  text?: string | undefined
}

/**
 * Reads what is to be said. A welcome has variants, tried in this order: the add came by a hand-over code, the customer
 * returns to somebody he knew, he knows a colleague already, the door he came in by, the code has words of its own, the plain welcome. A variant is the words' id with the
 * variant's name behind it, and only where such a file exists. Words with a piece stand in place of the piece's own.
 * @throws Refused 404 content_unknown
 */
export async function chooseWords(
  sql: Sql,
  { words, contentId, text }: Said,
  now: Date,
  welcomes: Welcomed | null,
): Promise<Chosen> {
  if (text !== undefined && contentId === undefined) return { ...blank, body: text, plain: text, literal: true }
  const wished = contentId ?? words ?? ''
  const variants = welcomes && contentId === undefined ? variantsOf(wished, welcomes) : [wished]
  const rows = await sql.query<Row>(
    `SELECT c.id AS "contentId", c.version, c.title, c.body, c.plain, c.say, c.url, c.kind, c.as_file AS "asFile", c.file, c.cover, c.app_id AS "appId",
       c.app_page AS "appPage", c.card, c.menu, f.type, ${lapsedSql('c', '$2')} AS lapsed
     FROM content c LEFT JOIN content_files f ON f.id = c.file WHERE c.id = ANY($1) AND c.current ORDER BY array_position($1, c.id) LIMIT 1`,
    [variants, now],
  )
  const found = rows[0]
  if (!found) throw new Refused(404, 'content_unknown', '没有这份内容', { id: wished })
  const chosen = asChosen(found)
  if (text !== undefined) return { ...chosen, body: text, say: text, literal: true }
  const own = welcomes?.code ? greetingOf(welcomes.code, welcomes.calendar, welcomes.at)?.trim() : undefined
  // Words written for this very code stand before the house's, but not before what is said to somebody we know.
  if (own && (chosen.contentId === wished || welcomes?.code?.kind === 'handover'))
    return {
      ...chosen,
      contentId: null,
      version: null,
      body: own,
      plain: withoutVariables(own) || chosen.plain,
      say: '',
      url: null,
      hasPage: false,
      carries: null,
    }
  return chosen
}

/** Why a piece is out of its time or out of use, for people; SQL that is null when it is neither. */
export const lapsedSql = (alias: string, now: string): string =>
  `CASE WHEN ${alias}.retired_at IS NOT NULL THEN '这份内容已停用' WHEN ${alias}.valid_from > ${now} THEN '这份内容还没到启用的时间'
     WHEN ${alias}.valid_until <= ${now} THEN '这份内容已过有效期' END`

/** Of some pieces, those that must not go now, each with why. */
export async function findLapsed(sql: Sql, contentIds: readonly string[], now: Date): Promise<Map<string, string>> {
  if (contentIds.length === 0) return new Map()
  const rows = await sql.query<{ id: string; why: string }>(
    `SELECT id, why FROM (SELECT c.id, ${lapsedSql('c', '$2')} AS why FROM content c WHERE c.id = ANY($1) AND c.current AND c.kind <> 'words') l
     WHERE why IS NOT NULL`,
    [[...new Set(contentIds)], now],
  )
  return new Map(rows.map(({ id, why }) => [id, why]))
}

interface Row
  extends Pick<
    Chosen,
    'contentId' | 'version' | 'title' | 'body' | 'plain' | 'say' | 'url' | 'cover' | 'card' | 'menu' | 'lapsed'
  > {
  kind: string
  asFile: boolean
  file: string | null
  /** MIME type of its file. */
  type: string | null
  appId: string | null
  appPage: string | null
}

/** Kinds that are themselves the message. */
const saidInFull = ['text', 'words', 'script']

/** How a piece travels: a picture as it is, a PDF or a video as it is where somebody wished so, a mini program as its card; everything else as a link to its page. */
function asChosen({ kind, asFile, file, type, appId, appPage, ...found }: Row): Chosen {
  const media = type?.startsWith('image/') ? 'image' : type?.startsWith('video/') ? 'video' : 'file'
  const carries =
    appId && appPage
      ? ({ kind: 'miniprogram', file: found.cover, appId, page: appPage } as const)
      : file && (asFile || media === 'image')
        ? ({ kind: media, file, appId: null, page: null } as const)
        : null
  const hasPage = !carries && !saidInFull.includes(kind) && Boolean(found.body || found.url || file)
  return { ...found, plain: found.plain || found.title, carries, hasPage, cover: found.cover ?? file, literal: false }
}

/** A person's own words without what is to be filled in: whoever just added us has no name yet. */
function withoutVariables(text: string): string {
  const bare = text.replace(/\{\{.*?\}\}|\{%.*?%\}/gs, '')
  return bare.replace(/^[\s，,、：:！!。]+/, '').trim()
}

export interface LiveCodeWords {
  kind: string
  welcome: string | null
  plan?: { greetings?: { days: DayWord | DayWord[]; from: string; to: string; text: string }[] }
}

/** The code's words for the time of the day, the first that covers it; else those for any time. */
function greetingOf({ welcome, plan }: LiveCodeWords, calendar: Calendar, at: Date): string | null {
  const { text } = plan?.greetings?.find((greeting) => calendar.timetable([greeting]).covers(at)) ?? {}
  return text ?? welcome
}

/** The live code an add came through: told by the event, or found by the relation's state. */
export async function readLiveCode(
  sql: Sql,
  told: unknown,
  lead: LeadFacts,
  sender: string | null,
): Promise<LiveCodeWords | null> {
  if (typeof told === 'object' && told !== null && 'kind' in told) return told as LiveCodeWords
  const state = lead.follows.find((follow) => follow.userid.toLowerCase() === sender?.toLowerCase())?.wayState
  if (!state) return null
  const [row] = await sql.query<LiveCodeWords>('SELECT kind, welcome, plan FROM live_codes WHERE state = $1', [state])
  return row ?? null
}

const blank: Chosen = {
  contentId: null,
  version: null,
  title: '',
  body: '',
  plain: '',
  say: '',
  url: null,
  hasPage: false,
  carries: null,
  card: null,
  cover: null,
  lapsed: null,
  literal: true,
  menu: [],
}

function variantsOf(wished: string, { lead, sender, code, created, scene }: Welcomed): string[] {
  const follow = lead.follows.find(({ userid }) => userid.toLowerCase() === sender?.toLowerCase())
  const variants: string[] = []
  if (code?.kind === 'handover') variants.push(`${wished}-hand-over`)
  if (!created && follow && follow.timesCome > 1) variants.push(`${wished}-returning`)
  if (acquaintanceOf(lead, sender)) variants.push(`${wished}-known`)
  if (scene) variants.push(`${wished}-${scene.toLowerCase()}`)
  return [...variants, wished]
}
