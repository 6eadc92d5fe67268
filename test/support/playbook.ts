import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { applyMergePatch } from '../../src/playbook/merge-patch.ts'
import { type Playbook, PlaybookSchema } from '../../src/playbook/schema.ts'

const file = new URL('../../templates/playbook.yaml', import.meta.url)

/** The default rules as written, before they are parsed. */
export const rawPlaybook = (): Record<string, unknown> => parse(readFileSync(file, 'utf8')) as Record<string, unknown>

/** The default rules, changed by a merge patch. */
export const defaultPlaybook = (patch: unknown = {}): Playbook =>
  PlaybookSchema.parse(applyMergePatch(rawPlaybook(), patch))
