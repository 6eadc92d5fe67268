import { createHash } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'

/** What this machine can do just now, so that figures of two days or two machines can be laid side by side. */
export interface Calibration {
  cpu: string
  cores: number
  node: string
  load: number
  /** SHA-256 of 1 KiB, a second, one core. */
  hashes: number
  /** Writes of 8 KiB with fdatasync, a second. */
  syncs: number
}

export function calibrate(): Calibration {
  const block = Buffer.alloc(1024)
  const hashes = perSecond(300, () => createHash('sha256').update(block).digest())
  const dir = mkdtempSync(join(tmpdir(), 'bowtie-bench-sync-'))
  const file = openSync(join(dir, 'file'), 'w')
  const page = Buffer.alloc(8192)
  const syncs = perSecond(300, () => {
    writeSync(file, page, 0, page.length, 0)
    fdatasyncSync(file)
  })
  closeSync(file)
  rmSync(dir, { recursive: true })
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? '',
    cores: all.length,
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    hashes: Math.round(hashes),
    syncs: Math.round(syncs),
  }
}

function perSecond(ms: number, once: () => void): number {
  const begin = performance.now()
  let done = 0
  while (performance.now() - begin < ms) {
    once()
    done++
  }
  return (done * 1000) / (performance.now() - begin)
}
