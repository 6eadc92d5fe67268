/**
 * The small words in which the business is written. A definition is one file with one default export; its path is its name;
 * `src/shelf.ts` finds it. Shared code never asks which one it holds: each carries its own answer.
 */
import type { z } from 'zod'
import type { Sql } from './db.ts'
import type { House } from './house.ts'
import type { Facts } from './inbox/intents.ts'
import type { StaleCard } from './messages/cards.ts'
import type { Batch, ChannelMessage, Outcome, PollResult, Reach, Reached } from './messages/channel.ts'
import type { Conversation } from './skills/conversation.ts'

/** Lanes are claimed apart, so that a storm in one never delays another. */
export type Lane = 'welcome' | 'default' | 'storm'

export interface Handler<Event = unknown> {
  schema: z.ZodType<Event>
  lane: Lane
  /** Events of one subject are handled one after the other. Default: the customer, else the group chat, else the sender. */
  subject?: ((event: Event) => string) | undefined
  /** Records what should happen. Pure: no I/O, no clock, no decision about a stage. */
  handle(event: Event, ctx: Facts): void
}

/** What we do when X happens. The file's path is WeCom's own `Event/ChangeType`, in lower case where WeCom's case varies. */
export function defineHandler<Event>(handler: Omit<Handler<Event>, 'lane'> & { lane?: Lane }): Handler<Event> {
  return { lane: 'default', ...handler }
}

export interface Channel {
  /** Whether it can carry a message to this person now, and to which address; else why not (Chinese, shown to people). */
  reaches(reach: Reach): Reached
  /** `bot`: only the process that holds the bot's account can send by it. */
  needs?: 'bot'
  /** It can show a menu to tap on; elsewhere the lines are numbered. */
  menus?: boolean
  /** Longest text of one call, in UTF-8 bytes. A longer one is cut at a character, never split. */
  textBytes: number
  /** `staff`: nothing is sent until a member confirms. */
  waitsFor: 'staff' | null
  /** What that member has to do, after his name: 在企业微信里确认群发. */
  waiting?: string
  /** WeCom recognises this call when it comes twice, so that an unknown outcome may be tried again. */
  repeats?(message: Pick<ChannelMessage, 'extra'>): boolean
  /** Messages with the same key become one task of WeCom's; absent: each message is a call of its own. */
  merge?: (message: ChannelMessage) => readonly (string | number)[]
  /** Most messages in one call of a merging channel. */
  mergeMost?: number
  /** Writes what must stand before the call leaves the house; part of the claim's transaction. */
  prepare?(message: ChannelMessage, sql: Sql, at: Date): Promise<void>
  /** The one call that leaves the house. Throws RetryLater, GiveUp or OutcomeUnknown. */
  send(batch: Batch, house: House): Promise<Outcome>
  /** After an unknown outcome: what WeCom calls the task, if it was made after all. Finds nothing rather than the wrong one. */
  find?(batch: Batch, house: House): Promise<string | null>
  /** How results come back for what waits. `every`, in the duration grammar, is the longest pause between two looks. */
  poll?: { every: string; result(batch: Batch, house: House): Promise<PollResult> }
  /** Asks again whoever has not confirmed. */
  remind?(batch: Batch, house: House): Promise<void>
  /** Takes back what nobody has confirmed yet. What was sent meanwhile is told by the next poll. */
  withdraw?(batch: Batch, house: House): Promise<void>
  /** Changes what an earlier message shows. */
  update?(card: StaleCard, house: House): Promise<void>
  /** Cuts in before everything else; its own claim and its own loop. */
  urgent?: boolean
}

/** How words leave the house. The channel is the only one that knows WeCom. */
export function defineChannel(channel: Channel): Channel {
  return channel
}

/** What happens by itself and may be switched off by people; in their words, Chinese. */
export interface Automatic {
  name: string
  /** What it does while it is on. */
  does: string
  /** What is missing while it is off. */
  off: string
}

export interface Skill {
  /** Absent: people cannot switch it off. */
  automatic?: Automatic
  /** Who may be speaking. */
  speaker: 'customer' | 'staff'
  hears: readonly RegExp[]
  /** Short words of it that are understood by their sound, where little else is said: in Pinyin, or with other characters. */
  sounds?: readonly string[]
  /** The word before the colon in the ids of its menus' lines; a tap on one comes to it, whatever the words. */
  menu?: string
  /** It hears what is said to a person of ours too. */
  always?: boolean
  /** Smaller goes first when several hear the same words. */
  order?: number
  answer(conversation: Conversation): Promise<void>
}

/** One thing the bot can talk about. */
export function defineSkill(skill: Skill): Skill {
  return skill
}

export interface Job {
  /** Absent: people cannot switch it off. */
  automatic?: Automatic
  /** Runs at least this often on one of the workers; wake-ups run it sooner. Duration grammar. */
  every: string
  /** Answers true when there is more to do at once. Safe to overlap with itself on another machine. */
  run(house: House): Promise<boolean>
}

/** Work that runs again and again. What must not be lost is in its rows, not in the queue. */
export function defineJob(job: Job): Job {
  return job
}
