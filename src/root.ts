import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where the code that runs lies: the checkout itself under vitest, its `build/` when compiled. Shelves are read from here. */
export const codeRoot = resolve(import.meta.dirname, '..')

/** The checkout, where package.json, templates/ and prisma/migrations/ lie. */
export const projectRoot = existsSync(join(codeRoot, 'package.json')) ? codeRoot : dirname(codeRoot)
