/** What may go wrong here on purpose. Everything but `variety` is off until somebody asks for it. */
export interface Faults {
  /** Harmless differences the real platform shows all the time: element order, CDATA or plain text, white space, a missing errcode. */
  variety: boolean
  callbacks: {
    /** Share of events delivered a second time although the first was answered 200. */
    duplicate: number
    /** Share of events that never leave. */
    lose: number
    /** Events wait a random time up to this many ms, so that they overtake each other. */
    reorderMs: number
    /** Every event waits at least this long. */
    delayMs: number
    /** Share of events followed by one the product does not know. */
    unknown: number
    /** Share of optional elements (State, WelcomeCode, Token …) left out. */
    omit: number
  }
  /** Customer APIs know a new relation only this long after its event was sent. */
  lagMs: number
  /** How long one write to a relation, or one welcome, takes; a second caller meanwhile gets 45035 or 41096. */
  writeMs: number
  /** Calls are answered 60020 (caller's IP not in 企业可信 IP). */
  untrustedIp: boolean
  /** Share of kf/sync_msg pages that are empty with has_more = 1. */
  kfEmptyPages: number
  api: ApiFault[]
  /** JS-SDK calls the client refuses, each with its words behind the colon: `fail no permission`. */
  jsapi: { name: string; words: string }[]
}

/** One rule for calls to `path` (`*` for every API, `externalcontact/*` for a family). The first rule that strikes is taken. */
export interface ApiFault {
  path: string
  /** Answer this errcode instead of doing the work. */
  errcode?: number
  /** Wait before the work. */
  slowMs?: number
  /** Break the connection before the work, or after it (the caller cannot know). */
  drop?: 'before' | 'after'
  /** Strikes with this probability; 1 when absent. */
  probability?: number
  /** Strikes this many times, then is gone. */
  count?: number
}

export function noFaults(): Faults {
  return {
    variety: true,
    callbacks: { duplicate: 0, lose: 0, reorderMs: 0, delayMs: 0, unknown: 0, omit: 0 },
    lagMs: 0,
    writeMs: 5,
    untrustedIp: false,
    kfEmptyPages: 0.05,
    api: [],
    jsapi: [],
  }
}

/** A world as rough as the real one on a bad day; what the page switches on with one click. */
export function roughFaults(): Faults {
  return {
    ...noFaults(),
    callbacks: { duplicate: 0.2, lose: 0.05, reorderMs: 1500, delayMs: 100, unknown: 0.1, omit: 0.1 },
    lagMs: 800,
    writeMs: 60,
    kfEmptyPages: 0.3,
    api: [
      { path: '*', errcode: -1, probability: 0.03 },
      { path: '*', errcode: 45033, probability: 0.02 },
      { path: '*', slowMs: 1200, probability: 0.05 },
      { path: '*', drop: 'after', probability: 0.01 },
    ],
  }
}

/** The rule that strikes this call, taken out when it is used up. */
export function strike(faults: Faults, path: string, random: () => number): ApiFault | undefined {
  for (const fault of faults.api) {
    const family = fault.path.endsWith('*') ? fault.path.slice(0, -1) : undefined
    if (family === undefined ? fault.path !== path : !path.startsWith(family)) continue
    if (fault.probability !== undefined && random() >= fault.probability) continue
    if (fault.count !== undefined) {
      fault.count -= 1
      if (fault.count <= 0) faults.api.splice(faults.api.indexOf(fault), 1)
    }
    return fault
  }
  return undefined
}
