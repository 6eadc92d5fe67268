import { z } from 'zod'
import { milliseconds } from '../clock.ts'

/** A length of time in the contract's grammar (`2s`, `30m`, `3d`, `2w`); `0`, `"0"` and `"0s"` are none. Kept as text. */
export const DurationSchema = z
  .union([z.literal(0), z.string()], { error: '请写时长，例如 2s、30m、4h、3d、2w，或 0' })
  .transform((value) => (value === 0 || value === '0' ? '0s' : value))
  .refine(isDuration, { error: '不是时长，请写 2s、30m、4h、3d、2w 这样的文字，或 0' })

/** A length of time that must not be nothing. */
export const PositiveDurationSchema = DurationSchema.refine((value) => !isDuration(value) || milliseconds(value) > 0, {
  error: '时长必须大于 0',
})

function isDuration(value: string): boolean {
  try {
    return Number.isFinite(milliseconds(value))
  } catch {
    return false
  }
}
