import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Sql } from '../db.ts'
import type { Wecom } from './client.ts'
import type { AppSettings } from './menu.ts'

/** What a check may look at. */
export interface Patient {
  wecom: Wecom
  config: Pick<Config, 'publicUrl' | 'contentUrl' | 'sandbox' | 'dataDir'> & {
    wecom: Pick<Config['wecom'], 'corpId' | 'agentId' | 'token' | 'aesKey' | 'tokenOld' | 'aesKeyOld'>
  }
  db: Sql
  clock: Clock
  /** Where WeCom is told to knock. */
  callbackUrl: string
  /** Names of the files in DATA_DIR/verify. */
  verifyFiles: readonly string[]
  /** When the last event came, and the last one about a customer. */
  heard: { any: Date | null; customer: Date | null }
  /** The app's own settings, once a step has read them. */
  app?: AppSettings
}

/** `text` says in Chinese what was seen and, unless all is well, what to click where. */
export interface Finding {
  state: 'ok' | 'warn' | 'fail'
  text: string
}

export interface Step {
  id: string
  title: string
  /** The step without which this one cannot be judged. */
  needs?: string
  run(patient: Patient): Promise<Finding>
}

export const ok = (text: string): Finding => ({ state: 'ok', text })
export const warn = (text: string): Finding => ({ state: 'warn', text })
export const fail = (text: string): Finding => ({ state: 'fail', text })
