// Only what an old Node can read stands in this file: it has to be able to say that it is too old.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const version = process.versions.node.split('.').map(Number)

if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(
    `需要 Node.js 20.19 或更高版本，现在是 ${process.versions.node}，请到 https://nodejs.org 下载。Node.js 20.19 or newer is needed.`,
  )
  process.exitCode = 1
} else {
  start(process.argv.slice(2)).catch((error) => {
    console.error(error.message)
    process.exitCode = error.exitCode || 1
  })
}

async function start(args) {
  const commands = ['doctor', 'receive', 'replay', 'explain']
  const command = commands.find((name) => name === args[0])
  const partial = args.some((arg) => arg.startsWith('--only'))
  // systemd and containers call this file themselves, and bring their own node_modules.
  const byNpm = (process.env.npm_lifecycle_script || '').startsWith('node start.mjs')
  if (byNpm && !partial && process.env.NODE_ENV !== 'production') {
    const { install } = await import('./install.mjs')
    await install()
  }
  if (!existsSync(join(root, 'node_modules', 'esbuild')))
    throw new Error('依赖还没有安装，请先运行 npm ci。Dependencies are not installed: run npm ci first.')
  const { build } = await import('./build.mjs')
  await build({ say: command ? undefined : console.log })
  if (command) process.argv.splice(2, 1)
  await import(pathToFileURL(join(root, 'build', 'src', 'start', `${command || 'main'}.js`)).href)
}
