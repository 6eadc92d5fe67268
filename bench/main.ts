import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Bench, Figure } from './bench.ts'
import { calibrate } from './calibrate.ts'
import { endAll } from './tidy.ts'

/** `npm run bench -- [NAME…] [--long] [--json FILE] [--profile FOLDER] [--verbose]` */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: 'boolean', default: false },
    json: { type: 'string' },
    profile: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})
const folder = join(import.meta.dirname, 'benches')
const known = readdirSync(folder)
  .filter((file) => /\.(js|ts)$/.test(file))
  .map((file) => file.slice(0, -extname(file).length))
  .sort()
const unknown = positionals.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`没有这项测量：${unknown.join('、')}。可选 ${known.join('、')} · no such bench`)
  process.exit(64)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void endAll().finally(() => process.exit(130)))

const machine = calibrate()
console.log(
  `${machine.cpu} × ${machine.cores} · Node ${machine.node} · load ${machine.load} · SHA-256 ${machine.hashes}/s · fdatasync ${machine.syncs}/s`,
)
if (machine.load > 1) console.log('这台机器正忙，只有比值可信 · the machine is busy: trust the ratios alone')

const results: Record<string, unknown> = {}
for (const name of positionals.length > 0 ? positionals : known) {
  const bench = await load(name)
  console.log(`\n${name} · ${bench.what}`)
  const begin = performance.now()
  const { conditions, figures } = await bench.run({ ...values, say: (line) => console.log(`  … ${line}`) })
  print(figures)
  const seconds = Math.round((performance.now() - begin) / 1000)
  console.log(`  ${conditions}；用时 ${seconds} 秒，load ${loadavg()[0]?.toFixed(2)}`)
  results[name] = { conditions, seconds, figures }
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, results }, null, 2)}\n`)

async function load(name: string): Promise<Bench> {
  const file = ['js', 'ts'].map((ending) => join(folder, `${name}.${ending}`)).find(existsSync) as string
  return ((await import(pathToFileURL(file).href)) as { default: Bench }).default
}

/** One line a figure: name, value, unit, what it is to be. */
function print(figures: readonly Figure[]): void {
  const widest = Math.max(...figures.map(({ name }) => width(name)))
  for (const { name, value, unit, beside, aim } of figures) {
    const verdict = aim === undefined ? '' : isMet(value, aim) ? '✓' : '✗'
    const goal = aim === undefined ? '' : 'atLeast' in aim ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`
    console.log(
      `  ${name}${' '.repeat(widest - width(name))}  ${show(value).padStart(10)} ${unit.padEnd(6)} ${[beside, goal && `目标 ${goal} ${verdict}`].filter(Boolean).join('  ')}`,
    )
  }
}

function isMet(value: number, aim: NonNullable<Figure['aim']>) {
  return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost
}

function show(value: number) {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 1000) / 1000)
}

/** Chinese characters take two places in a terminal. */
function width(text: string) {
  return [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1), 0)
}
