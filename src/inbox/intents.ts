/**
 * What a handler may say. Each verb records one intent; nothing happens until dispatch applies them: facts for a whole batch
 * at once, then asks, one lead at a time. A recorded list is plain data, so a handler is tested without a database.
 */

/** A lead a handler talks about, by what the event knows of the person. */
export interface LeadRef {
  readonly identities: readonly Identity[]
}

export interface Identity {
  kind: 'externalUserId' | 'unionid' | 'mobile' | 'email' | 'openid' | 'custom'
  value: string
}

/** How the person reached us. `state` is the contact way's or the acquisition link's; it is resolved to a channel later. */
export interface SourceHint {
  kind?: string
  state?: string | undefined
  channel?: string
  campaign?: string
}

export interface OpenArrival {
  externalUserId: string
  source?: SourceHint
  /** The member through whom the person came. */
  userid?: string
}

type Verb<Name extends string, Args> = { verb: Name } & Args

/** Facts: applied set-based, in one transaction for the batch. */
export type Fact =
  | Verb<'leads.open', { lead: LeadRef; source: SourceHint; userid?: string | undefined }>
  | Verb<'leads.contacted', { lead: LeadRef; userid: string }>
  | Verb<'leads.note', { lead: LeadRef; type: string; data: Record<string, unknown> }>
  | Verb<'follows.start', { lead: LeadRef; userid: string; half: boolean; state?: string | undefined }>
  | Verb<
      'follows.end',
      { externalUserId: string; userid: string; how: 'deleted_by_us' | 'deleted_by_customer' | 'transferred' }
    >
  | Verb<'follows.stale', { externalUserId: string; userid: string }>
  | Verb<'tags.definitions', Record<never, never>>
  | Verb<'tags.put', { lead: LeadRef; group: string; name: string; rule: string }>
  | Verb<'tags.take', { lead: LeadRef; group: string; name: string; rule: string }>
  | Verb<'groups.changed', { chatId: string; dismissed: boolean }>
  | Verb<'kf.pull', { openKfId: string; token?: string | undefined }>
  | Verb<'kf.accounts', { granted: readonly string[]; gone: readonly string[] }>
  | Verb<'kf.heard', { openKfId: string; lead: LeadRef; servicer?: string | undefined }>
  | Verb<'kf.session', { openKfId: string; lead: LeadRef; state: number; servicer?: string | undefined }>
  | Verb<'kf.servicer', { openKfId: string; userid: string; receiving: boolean }>
  | Verb<'kf.failed', { messageId: string; failType: number }>
  | Verb<'staff.scope', { userid: string; inScope: boolean }>
  | Verb<'codes.signal', { linkId: string; what: 'request' | 'gone' | 'unavailable' }>
  | Verb<'transfers.failed', { externalUserId: string; takeover: string; reason: string }>

/** Asks: decided after the facts are committed, because they depend on how things stand then. */
export type Ask =
  | Verb<
      'messages.plan',
      {
        lead: LeadRef
        words: string
        purpose: 'welcome' | 'answer'
        channel: string
        extra: Record<string, unknown>
        within: string
        userid?: string | undefined
      }
    >
  | Verb<
      'offers.answer',
      {
        offerId: string
        userid: string
        answer: 'accept' | 'decline'
        reason?: string | undefined
        card: { taskId: string; responseCode: string }
      }
    >
  | Verb<
      'approvals.answer',
      {
        messageId: string
        userid: string
        answer: 'approved' | 'refused'
        card: { taskId: string; responseCode: string }
      }
    >
  | Verb<'promises.take', { promiseId: string; userid: string; card: { taskId: string; responseCode: string } }>
  | Verb<
      'skills.hear',
      {
        speaker: 'customer' | 'staff'
        lead?: LeadRef
        userid?: string
        openKfId?: string
        text: string
        /** The line of a menu of ours that was tapped. */
        menuId?: string | undefined
        messageId: string
        kind: string
      }
    >
  | Verb<
      'notices.answer',
      { userid: string; card: { taskId: string; responseCode: string }; shows: string; again?: string | undefined }
    >
  | Verb<
      'notices.tell',
      {
        roles: readonly string[]
        words: string
        userid?: string | undefined
        lead?: LeadRef
        variables: Record<string, unknown>
      }
    >

export type Intent = Fact | Ask

/** The verbs a handler speaks in. */
export interface Facts {
  leads: {
    /** Begins a lead, or finds the one who shares the identity, and keeps this touch. */
    open(arrival: OpenArrival): LeadRef
    /** The lead with this identity, without a touch. It is opened when nobody has it yet. */
    of(externalUserId: string): LeadRef
    /** Something the lead did: timeline, score, and perhaps a review. */
    note(lead: LeadRef, type: string, data?: Record<string, unknown>): void
    /** One of us spoke with the person: the first contact that is owed, and follow-up. */
    contacted(lead: LeadRef, userid: string): void
  }
  follows: {
    start(lead: LeadRef, userid: string, how?: { half?: boolean; state?: string | undefined }): void
    end(externalUserId: string, userid: string, how: 'deleted_by_us' | 'deleted_by_customer' | 'transferred'): void
    /** Something about this relation changed; its profile will be fetched when it has been quiet for 2 s. */
    stale(externalUserId: string, userid: string): void
  }
  tags: {
    put(lead: LeadRef, group: string, name: string, rule: string): void
    take(lead: LeadRef, group: string, name: string, rule: string): void
    /** Corp tags were made, renamed, moved or deleted by somebody. */
    definitions(): void
  }
  groups: { changed(chatId: string, how?: { dismissed?: boolean }): void }
  kf: {
    pull(openKfId: string, token?: string): void
    accounts(change: { granted: readonly string[]; gone: readonly string[] }): void
    heard(openKfId: string, lead: LeadRef, servicer?: string): void
    session(openKfId: string, lead: LeadRef, state: number, servicer?: string): void
    /** Somebody began or stopped receiving the account's conversations. */
    servicer(openKfId: string, userid: string, receiving: boolean): void
    failed(messageId: string, failType: number): void
  }
  codes: {
    /** An acquisition link was used, or cannot be used; WeCom names the link and nobody. */
    signal(linkId: string, what: 'request' | 'gone' | 'unavailable'): void
  }
  staff: { scope(userid: string, inScope: boolean): void }
  transfers: { failed(externalUserId: string, takeover: string, reason: string): void }
  offers: {
    answer(
      offerId: string,
      by: {
        userid: string
        answer: 'accept' | 'decline'
        reason?: string | undefined
        card: { taskId: string; responseCode: string }
      },
    ): void
  }
  approvals: {
    /** A manager's word on a message that waits for it. */
    answer(
      messageId: string,
      by: { userid: string; answer: 'approved' | 'refused'; card: { taskId: string; responseCode: string } },
    ): void
  }
  promises: {
    /** A member says that it is he who answers the customer. */
    take(promiseId: string, by: { userid: string; card: { taskId: string; responseCode: string } }): void
  }
  messages: {
    /** Asks for words to a customer; the planner picks the text, the guard may refuse. `within` counts from the receipt of the event. */
    plan(
      lead: LeadRef,
      words: string,
      how: {
        purpose: 'welcome' | 'answer'
        channel: string
        within: string
        userid?: string | undefined
        extra?: Record<string, unknown>
      },
    ): void
  }
  skills: {
    hear(
      heard:
        | {
            speaker: 'customer'
            lead: LeadRef
            openKfId: string
            text: string
            menuId?: string | undefined
            messageId: string
            kind: string
          }
        | { speaker: 'staff'; userid: string; text: string; messageId: string; kind: string },
    ): void
  }
  notices: {
    /** A notice to everybody with one of the roles, or to one member. */
    tell(
      words: string,
      to: { roles?: readonly string[]; userid?: string; lead?: LeadRef },
      variables?: Record<string, unknown>,
    ): void
    /** A member pressed a button of a notice: what it says from now on, and after which duration he wants to hear it again. */
    answer(press: {
      userid: string
      card: { taskId: string; responseCode: string }
      shows: string
      again?: string | undefined
    }): void
  }
}

/** A context that writes down what a handler says. */
export function recordIntents(): { ctx: Facts; intents: Intent[] } {
  const intents: Intent[] = []
  const say = (intent: Intent) => {
    intents.push(intent)
  }
  const person = (externalUserId: string): LeadRef => ({
    identities: [{ kind: 'externalUserId', value: externalUserId }],
  })
  const ctx: Facts = {
    leads: {
      open({ externalUserId, source = {}, userid }) {
        const lead = person(externalUserId)
        say({ verb: 'leads.open', lead, source, userid })
        return lead
      },
      of: person,
      contacted: (lead, userid) => say({ verb: 'leads.contacted', lead, userid }),
      note: (lead, type, data = {}) => say({ verb: 'leads.note', lead, type, data }),
    },
    follows: {
      start: (lead, userid, how = {}) =>
        say({ verb: 'follows.start', lead, userid, half: how.half ?? false, state: how.state }),
      end: (externalUserId, userid, how) => say({ verb: 'follows.end', externalUserId, userid, how }),
      stale: (externalUserId, userid) => say({ verb: 'follows.stale', externalUserId, userid }),
    },
    tags: {
      put: (lead, group, name, rule) => say({ verb: 'tags.put', lead, group, name, rule }),
      take: (lead, group, name, rule) => say({ verb: 'tags.take', lead, group, name, rule }),
      definitions: () => say({ verb: 'tags.definitions' }),
    },
    groups: {
      changed: (chatId, how = {}) => say({ verb: 'groups.changed', chatId, dismissed: how.dismissed ?? false }),
    },
    kf: {
      pull: (openKfId, token) => say({ verb: 'kf.pull', openKfId, token }),
      accounts: (change) => say({ verb: 'kf.accounts', ...change }),
      heard: (openKfId, lead, servicer) => say({ verb: 'kf.heard', openKfId, lead, servicer }),
      session: (openKfId, lead, state, servicer) => say({ verb: 'kf.session', openKfId, lead, state, servicer }),
      servicer: (openKfId, userid, receiving) => say({ verb: 'kf.servicer', openKfId, userid, receiving }),
      failed: (messageId, failType) => say({ verb: 'kf.failed', messageId, failType }),
    },
    codes: { signal: (linkId, what) => say({ verb: 'codes.signal', linkId, what }) },
    staff: { scope: (userid, inScope) => say({ verb: 'staff.scope', userid, inScope }) },
    transfers: {
      failed: (externalUserId, takeover, reason) => say({ verb: 'transfers.failed', externalUserId, takeover, reason }),
    },
    offers: { answer: (offerId, by) => say({ verb: 'offers.answer', offerId, ...by }) },
    approvals: { answer: (messageId, by) => say({ verb: 'approvals.answer', messageId, ...by }) },
    promises: { take: (promiseId, by) => say({ verb: 'promises.take', promiseId, ...by }) },
    messages: {
      plan: (lead, words, { extra = {}, ...how }) => say({ verb: 'messages.plan', lead, words, extra, ...how }),
    },
    skills: { hear: (heard) => say({ verb: 'skills.hear', ...heard }) },
    notices: {
      tell: (words, { roles = [], userid, lead }, variables = {}) =>
        say({
          verb: 'notices.tell',
          roles,
          words,
          variables,
          ...(userid === undefined ? {} : { userid }),
          ...(lead === undefined ? {} : { lead }),
        }),
      answer: (press) => say({ verb: 'notices.answer', ...press }),
    },
  }
  return { ctx, intents }
}

/** What a handler would do with an event. Parses it by the handler's own schema. @throws ZodError */
export function intentsOf<Event>(
  handler: { schema: { parse(event: unknown): Event }; handle(event: Event, ctx: Facts): void },
  event: unknown,
): Intent[] {
  const { ctx, intents } = recordIntents()
  handler.handle(handler.schema.parse(event), ctx)
  return intents
}
