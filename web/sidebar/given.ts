import type { z } from 'zod'
import type { MeSchema } from '../../src/http/api/me.ts'
import type { JsSdkSchema } from '../../src/http/api/sidebar.schema.ts'

/** What came with the page, so that it need not be asked for. */
interface Given {
  me: z.infer<typeof MeSchema>
  /** For the address the page was asked for under. */
  signed: z.infer<typeof JsSdkSchema> | null
  url: string
}

/** null: to a page that only says what is wrong. */
export const given: Given | null = JSON.parse(
  document.querySelector<HTMLMetaElement>('meta[name=given]')?.content || 'null',
)
