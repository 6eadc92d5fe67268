import type { Card } from './card.ts'
import type { Colleague } from './colleague.ts'

/** What a skill may do in the conversation it was called into. Everything it says passes the planner and its guard. */
export interface Conversation {
  speaker: 'customer' | 'staff'
  /** The words as they came; empty for a picture, a voice message … */
  text: string
  kind: string
  leadId: string | null
  userid: string | null
  match: RegExpExecArray
  /** Answers where the words came from: a template of the house by its id, or plain words. */
  say(answer: { words: string; variables?: Record<string, unknown> } | { text: string }): Promise<void>
  /** Answers a member with a card. */
  show(card: Card): Promise<void>
  /** What the member who speaks may ask for. @throws Error where a customer speaks */
  colleague(): Promise<Colleague>
  /** Something the customer did by saying this: timeline, score, perhaps a review. Whoever was called before is not told again. */
  note(type: string, data?: Record<string, unknown>): Promise<void>
  /** The customer wants no more marketing: everywhere, at once. */
  optOut(): Promise<void>
  /** Calls the right colleague: the owner, else whoever follows, else the review desk. */
  callHuman(why: string): Promise<void>
}
