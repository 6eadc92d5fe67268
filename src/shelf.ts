import { readdir } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Definitions of one kind by name; the name is the path below the folder, without its ending. */
export type Shelf<T> = ReadonlyMap<string, T>

/**
 * Loads every definition below `folder`. Fails at start-up, naming the file, when one has no default export, fails `check`,
 * or when two differ only in case (a case-insensitive disk would keep one).
 * @param check answers what is wrong with a definition, or null.
 */
export async function loadShelf<T>(folder: string, check: (definition: unknown) => string | null): Promise<Shelf<T>> {
  const shelf = new Map<string, T>()
  const spelled = new Map<string, string>()
  for (const file of await listFiles(folder)) {
    const path = relative(folder, file)
    const name = path.slice(0, -extname(path).length).split(sep).join('/')
    const twin = spelled.get(name.toLowerCase())
    if (twin) throw new Error(`${file}: "${name}" is defined twice (see ${twin})`)
    spelled.set(name.toLowerCase(), name)
    const module = (await import(pathToFileURL(file).href)) as { default?: unknown }
    if (module.default === undefined)
      throw new Error(`${file}: has no default export; write "export default define…({ … })"`)
    const fault = check(module.default)
    if (fault) throw new Error(`${file}: ${fault}`)
    shelf.set(name, module.default as T)
  }
  return shelf
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** The members a definition must have, as a `check` for `loadShelf`. */
export function hasMembers(
  members: Record<string, 'function' | 'object' | 'string'>,
): (definition: unknown) => string | null {
  return (definition) => {
    if (typeof definition !== 'object' || definition === null) return 'the default export is not a definition'
    for (const [member, type] of Object.entries(members)) {
      const value = (definition as Record<string, unknown>)[member]
      if (typeof value !== type || value === null) return `"${member}" is missing or is not a ${type}`
    }
    return null
  }
}
