import type { Hit } from '../answers/find.ts'
import type { Menu } from '../messages/channel.ts'
import type { Thought } from '../model/think.ts'
import type { Promised } from '../promises/make.ts'
import type { Card } from './card.ts'
import type { Colleague } from './colleague.ts'
import type { Contact } from './contact.ts'
import type { Meetings } from './meetings.ts'

/**
 * What is said: a template of the house by its id, an answer of the library, or plain words; below words a menu of what to tap.
 * Where a channel has no menus its lines are numbered, and the number is as good as a tap.
 */
export type Said =
  | { words: string; variables?: Record<string, unknown>; menu?: Menu }
  | { text: string; menu?: Menu }
  | { answer: Pick<Hit, 'id' | 'say' | 'piece'> }

/** What a skill may do in the conversation it was called into. Everything it says passes the planner and its guard. */
export interface Conversation {
  speaker: 'customer' | 'staff'
  /** The words as they came; empty for a picture, a voice message … */
  text: string
  kind: string
  leadId: string | null
  userid: string | null
  match: RegExpExecArray
  /** A person of ours has this conversation: nothing said here would arrive. */
  served: boolean
  /** What stood behind the colon of the line of the skill's own menu that was tapped; null: nothing was tapped. */
  pressed: string | null
  /** Answers where the words came from. */
  say(answer: Said): Promise<void>
  /** Whether these words of ours came to him in the last ten minutes. */
  toldLately(words: string): Promise<boolean>
  /** What the library answers to these words, or to the line that was tapped: the one it is sure of, and those near enough to ask about. */
  find(): Promise<{ sure: Hit | null; near: Hit[] }>
  /** What a language model makes of these words, where there is one; it knows nothing but the library. */
  think(): Promise<Thought>
  /** Keeps the question for whoever looks after the library: it had no answer for it. */
  missed(near: readonly Hit[]): Promise<void>
  /** Answers a member with a card. */
  show(card: Card): Promise<void>
  /** What the member who speaks may ask for. @throws Error where a customer speaks */
  colleague(): Promise<Colleague>
  /** Something the customer did by saying this: timeline, score, perhaps a review. Whoever was called before is not told again. */
  note(type: string, data?: Record<string, unknown>): Promise<void>
  /** What a customer can agree on with one of us; null where nobody is known by name. */
  meetings: Meetings | null
  /** How he can be reached, once he agrees; null likewise. */
  contact: Contact | null
  /** The customer wants no more marketing: everywhere, at once. */
  optOut(): Promise<void>
  /**
   * Promises that a person will answer, and calls him: the owner, else whoever knows the customer, else who is on duty.
   * `pressing`: whoever leads hears too. `draft`: words he may use.
   */
  callHuman(why: string, how?: { pressing?: boolean; draft?: Thought['draft'] }): Promise<Promised>
}
