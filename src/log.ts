import { type Logger, pino } from 'pino'

export type Log = Logger

/** JSON lines on stdout. Log ids, never names, mobiles, tokens, message bodies or query strings. */
export function createLog(level: string, role: string): Log {
  return pino({
    level,
    base: { role },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: [
        '*.access_token',
        '*.secret',
        '*.mobile',
        '*.email',
        '*.token',
        '*.authorization',
        '*.cookie',
        'err.config',
      ],
      censor: '[redacted]',
    },
  })
}
