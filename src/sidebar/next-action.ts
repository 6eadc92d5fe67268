/** What is known of a lead when somebody asks what to do with it now. Times are moments. */
export interface ActionFacts {
  now: Date
  /** A customer's question that this person, or whoever comes first, is to answer. */
  promise: { why: string; words: string; account: string | null; dueAt: Date } | null
  /** An offer that waits for this person's answer. */
  offer: { dueAt: Date } | null
  /** It waits for somebody to judge it; told to whoever looks from the desk, not from a chat. */
  review: { dueAt: Date } | null
  /** When somebody must have spoken to him first; null: has been done, or nobody owes it. */
  firstContactDue: Date | null
  /** Why he is worth it, in Chinese; empty when nobody wrote it down. */
  why: string
  optedOut: boolean
  /** The piece he opened last, and how far he came, in words where it has pages. */
  lastRead: { title: string; at: Date; depth: number; reached: string } | null
  /** The best piece to send now. */
  suggestion: { contentId: string; title: string; reason: string } | null
  /** Since when nobody has followed him up, and from when on that is long. */
  followUp: { touchedAt: Date; longFrom: Date } | null
  /** Where to write first: he has no conversation with this person. */
  friend: boolean
  /** Told to whoever looks at the lead from a desk: it is about the one who works on it. */
  atDesk: boolean
}

/** The one thing to do now. `words` are for the person, Chinese; `contentId` is the piece to send, where that is it. */
export interface NextAction {
  kind:
    | 'answer'
    | 'accept'
    | 'review'
    | 'contact'
    | 'answer-only'
    | 'strike'
    | 'follow-up'
    | 'send'
    | 'introduce'
    | 'record'
  words: string
  why: string
  contentId: string | null
  dueAt: Date | null
}

const freshMs = 24 * 3_600_000

/** The first that applies, most binding first: what somebody waits for, then what is warm, then what is due, then what helps. */
export function nextAction(facts: ActionFacts): NextAction {
  const { now, offer, firstContactDue, suggestion, lastRead, followUp } = facts
  const none = { contentId: null, dueAt: null }
  if (facts.promise) {
    const { why, words, account, dueAt } = facts.promise
    const said = words.trim().split('\n').at(-1) ?? ''
    return {
      kind: 'answer',
      words: account ? `到客服「${account}」里回他` : '回他一句',
      why: said ? `${why}：「${said}」` : why,
      ...none,
      dueAt,
    }
  }
  if (offer)
    return {
      kind: 'accept',
      words: '先接下这条线索',
      why: facts.why || '到时限没有答复，会派给下一位',
      ...none,
      dueAt: offer.dueAt,
    }
  if (facts.review)
    return { kind: 'review', words: '先判断他现在值不值得跟', why: facts.why, ...none, dueAt: facts.review.dueAt }
  if (!facts.friend)
    return {
      kind: 'introduce',
      words: facts.atDesk ? '先让他加上同事的企业微信' : '请他加您为好友',
      why: facts.atDesk ? '还没有人能在微信里和他说话' : '您和他还不是好友，先把您的专属码给他',
      ...none,
      dueAt: firstContactDue,
    }
  if (firstContactDue)
    return {
      kind: 'contact',
      words: '尽快和他说第一句话',
      why: facts.why || '新接的线索要在时限内联系',
      ...none,
      dueAt: firstContactDue,
    }
  if (facts.optedOut)
    return { kind: 'answer-only', words: '他问什么答什么', why: '他已退订，请不要主动发营销内容', ...none }
  if (suggestion && lastRead && now.getTime() - lastRead.at.getTime() < freshMs)
    return {
      kind: 'strike',
      words: `趁热发《${suggestion.title}》`,
      why: `他刚读过《${lastRead.title}》${sayDepth(lastRead)}；${suggestion.reason}`,
      contentId: suggestion.contentId,
      dueAt: null,
    }
  if (followUp && followUp.longFrom <= now) {
    const days = Math.floor((now.getTime() - followUp.touchedAt.getTime()) / 86_400_000)
    return {
      kind: 'follow-up',
      words: suggestion ? `发《${suggestion.title}》，问问近况` : '问问近况，记一笔跟进',
      why: `已经 ${days} 天没有跟进`,
      contentId: suggestion?.contentId ?? null,
      dueAt: null,
    }
  }
  if (suggestion)
    return {
      kind: 'send',
      words: `发《${suggestion.title}》`,
      why: suggestion.reason,
      contentId: suggestion.contentId,
      dueAt: null,
    }
  return { kind: 'record', words: '记一笔跟进', why: '这个阶段的内容都发过了', ...none }
}

const sayDepth = ({ depth, reached }: { depth: number; reached: string }): string =>
  reached ? `，${reached}` : depth > 0 ? `，读到 ${depth}%` : ''
