import { z } from 'zod'
import { DurationSchema } from './duration.ts'

/** Live codes and acquisition links. */
export const CodesSchema = z.strictObject({
  /** Whose nickname holds one of these is nobody's customer: no welcome, no score, closed. Case and width do not matter. */
  blockedNames: z.array(z.string().trim().min(2).max(40)).max(500).default([]),
  blockedTag: z
    .strictObject({ group: z.string().trim().min(1).max(30), name: z.string().trim().min(1).max(30) })
    .prefault({ group: '名单', name: '屏蔽' }),
  quota: z
    .strictObject({
      /** Admins hear when fewer acquisitions are left; 0: when none is. */
      warnAt: z.array(z.int().min(0).max(1_000_000)).max(10).default([100, 20, 0]),
      /** And when some are lost within this time; 0s: never. */
      expiresWithin: DurationSchema.default('7d'),
    })
    .prefault({}),
})

/** The word of the block list a nickname holds; null: none. */
export function blockedBy({ blockedNames }: { blockedNames: readonly string[] }, nickname: string): string | null {
  const spelled = plain(nickname)
  return blockedNames.find((word) => plain(word) !== '' && spelled.includes(plain(word))) ?? null
}

/** Adverts are written with blanks, full-width letters and signs between the characters. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
