import { randomBytes } from 'node:crypto'

const life = randomBytes(6).toString('base64url')
let count = 0

/** Names one request among all of all processes; says nothing and is no secret. */
export const newRequestId = (): string => `${life}-${(count++).toString(36).padStart(4, '0')}`
