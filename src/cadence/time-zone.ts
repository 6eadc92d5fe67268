import { isTimeZone } from '../playbook/guard-schema.ts'

/**
 * By whose clock a person is left alone: the zone written down for him, else the one the playbook gives his region; null: the
 * house's own.
 */
export function timeZoneOf(
  person: { timeZone: unknown; region: string | null },
  zones: readonly { regions: readonly string[]; zone: string }[],
): string | null {
  if (typeof person.timeZone === 'string' && isTimeZone(person.timeZone)) return person.timeZone
  const { region } = person
  if (region === null) return null
  return zones.find(({ regions }) => regions.some((name) => region.includes(name)))?.zone ?? null
}
