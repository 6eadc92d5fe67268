import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectRoot } from '../root.ts'
import type { Child } from './child.ts'

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
  let working = Promise.resolve()
  const touched = new Set<string>()

  const rebuild = async () => {
    const folders = [...touched]
    touched.clear()
    try {
      const { build } = (await import(
        pathToFileURL(join(projectRoot, 'build.mjs')).href
      )) as typeof import('../../build.mjs')
      const changed = await build({ say })
      if (!changed && !folders.includes('templates')) return
      say('源码有变化，正在重启 · sources changed, restarting')
      const affected = folders.includes('sandbox') && sandbox ? [sandbox, ...roles] : roles
      await Promise.all(affected.map((child) => child.restart()))
    } catch (error) {
      say(`构建失败，继续运行旧版本 · the build failed, the old code goes on\n${(error as Error).message}`)
    }
  }

  const watchers = ['src', 'handlers', 'bot', 'sandbox', 'prisma', 'templates']
    .filter((folder) => existsSync(join(projectRoot, folder)))
    .map((folder) =>
      watch(join(projectRoot, folder), { recursive: true }, (_, file) => {
        // The generated client is an output of the build, not a cause of one.
        if (file?.startsWith('client')) return
        touched.add(folder)
        clearTimeout(timer)
        timer = setTimeout(() => {
          working = working.then(rebuild)
        }, 200)
      }),
    )
  say('监视源码变化中 · watching the sources')
  return () => {
    clearTimeout(timer)
    for (const watcher of watchers) watcher.close()
  }
}
