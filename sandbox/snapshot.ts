import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Wecom } from './wecom.ts'
import type { World } from './world.ts'

/** The world of an earlier run; undefined when there is none, or when it is another corp's or unreadable. */
export async function readSnapshot(file: string, corpId: string, url: string): Promise<World | undefined> {
  try {
    const text = await readFile(file, 'utf8')
    const world = JSON.parse(text) as World
    if (world.version !== 1 || world.corp.id !== corpId) return undefined
    // Pictures and links of this world point at the sandbox itself.
    const moved =
      world.url && world.url !== url ? (JSON.parse(text.replaceAll(`"${world.url}`, `"${url}`)) as World) : world
    return { ...moved, url }
  } catch {
    return undefined
  }
}

/** Saves the world shortly after each change. A kill at any moment leaves the older or the newer file, never a half one. */
export function keepSnapshot(wecom: Wecom, file: string): { flush(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | undefined
  let dirty = false
  async function write() {
    dirty = false
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(`${file}.new`, JSON.stringify(wecom.world))
    await rename(`${file}.new`, file)
  }
  function soon() {
    timer ??= setTimeout(() => {
      timer = undefined
      writing = (writing ?? Promise.resolve()).then(write).catch(() => {})
    }, 300)
  }
  wecom.watch(() => {
    dirty = true
    soon()
  })
  return {
    async flush() {
      clearTimeout(timer)
      await writing
      if (dirty) await write()
    },
  }
}
