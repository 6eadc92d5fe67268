import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectRoot } from '../root.ts'
import type { Child } from './child.ts'

/** Looking costs some ten milliseconds; `fs.watch` loses files that an editor replaces. */
const lookEveryMs = 700

/** Rebuilds when a source changes and starts anew what runs it. Answers how to stop watching. */
export function watchSources({
  say,
  roles,
  sandbox,
}: {
  say: (line: string) => void
  roles: Child[]
  sandbox?: Child
}): () => void {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let words = wordsMark()
  let lastFault = ''

  const look = async () => {
    try {
      const { build } = (await import(
        pathToFileURL(join(projectRoot, 'build.mjs')).href
      )) as typeof import('../../build.mjs')
      const changed = await build()
      const wordsNow = wordsMark()
      if (stopped || (changed.length === 0 && wordsNow === words)) return
      words = wordsNow
      lastFault = ''
      say('源码有变化，正在重启 · sources changed, restarting')
      const affected = sandbox && changed.some((file) => file.startsWith('sandbox/')) ? [sandbox, ...roles] : roles
      await Promise.all(affected.map((child) => child.restart()))
    } catch (error) {
      const fault = (error as Error).message
      if (fault !== lastFault) say(`构建失败，继续运行旧版本 · the build failed, the old code goes on\n${fault}`)
      lastFault = fault
    } finally {
      if (!stopped) schedule()
    }
  }
  const schedule = () => {
    timer = setTimeout(() => void look(), lookEveryMs)
  }
  schedule()
  say('监视源码变化中 · watching the sources')
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}

/** Templates are not built, but they are read once at start. */
function wordsMark(): string {
  return readdirSync(join(projectRoot, 'templates'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const { mtimeMs, size } = statSync(join(entry.parentPath, entry.name))
      return `${entry.name} ${mtimeMs} ${size}`
    })
    .join('\n')
}
