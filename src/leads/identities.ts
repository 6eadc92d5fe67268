import type { Seal } from './seal.ts'

/** The ways a person is known, strongest first: when two disagree, the stronger one says who it is. */
export const identityKinds = ['externalUserId', 'unionid', 'mobile', 'email', 'openid', 'custom'] as const
export type IdentityKind = (typeof identityKinds)[number]

export interface IdentityValue {
  kind: IdentityKind
  value: string
}

/** An identity as it is stored and looked up. */
export interface IdentityKey {
  kind: IdentityKind
  key: string
  sealed: string | null
  hint: string
}

/**
 * Normalizes a value and says how it is kept: mobiles as E.164 (+86 when no country is given) and e-mails in lower case,
 * both sealed and found by a blind index; the rest as they are.
 * @returns null when the value cannot be such an identity.
 */
export function identityKey(seal: Seal, identity: IdentityValue): IdentityKey | null {
  const { kind } = identity
  const value = normalIdentity(identity)
  if (value === null) return null
  if (kind === 'mobile' || kind === 'email') {
    const hint = kind === 'mobile' ? maskMobile(value) : `${value.slice(0, 1)}***${value.slice(value.indexOf('@'))}`
    return { kind, key: seal.index(kind, value), sealed: seal.close(value), hint }
  }
  const hint = value.length <= 8 ? value : `${value.slice(0, 4)}…${value.slice(-4)}`
  return { kind, key: value, sealed: null, hint }
}

/** The value in its one spelling, or null when it cannot be such an identity. Seals nothing. */
export function normalIdentity({ kind, value }: IdentityValue): string | null {
  const trimmed = value.trim()
  if (trimmed === '' || trimmed.length > 512 || trimmed.includes('\0')) return null
  if (kind === 'mobile') return normalizeMobile(trimmed)
  if (kind !== 'email') return trimmed
  const address = trimmed.toLowerCase()
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address) ? address : null
}

/** E.164, or null when it is no telephone number. A bare 11-digit Chinese mobile gets +86. */
export function normalizeMobile(text: string): string | null {
  const digits = text.replace(/[\s\-()（）.]/g, '').replace(/^00/, '+')
  if (/^1[3-9]\d{9}$/.test(digits)) return `+86${digits}`
  if (/^861[3-9]\d{9}$/.test(digits)) return `+${digits}`
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null
}

function maskMobile(e164: string): string {
  const local = e164.startsWith('+86') ? e164.slice(3) : e164
  return `${local.slice(0, 3)}****${local.slice(-4)}`
}
