import type { Sql } from '../db.ts'
import type { House } from '../house.ts'

const partBytes = 1024 * 1024
const forgottenMs = 864e5

/** Writes a stream part by part, each as soon as it is full. Answers how many bytes there were. */
export async function storeUpload(
  house: Pick<House, 'db' | 'clock'>,
  id: string,
  stream: AsyncIterable<Uint8Array>,
): Promise<number> {
  let waiting: Uint8Array[] = []
  let size = 0
  let start = 0
  let part = 0
  const write = async (bytes: Buffer) => {
    await house.db.query('INSERT INTO uploads (id, part, start, bytes, at) VALUES ($1, $2, $3, $4, $5)', [
      id,
      part++,
      start,
      bytes,
      house.clock.now(),
    ])
    start += bytes.length
  }
  for await (const chunk of stream) {
    waiting.push(chunk)
    size += chunk.length
    if (size < partBytes) continue
    await write(Buffer.concat(waiting))
    waiting = []
    size = 0
  }
  if (size > 0 || part === 0) await write(Buffer.concat(waiting))
  return start
}

/** Reads a file from a byte on, one part at a time. */
export async function* readUpload(sql: Sql, id: string, from = 0): AsyncGenerator<Buffer> {
  const [first] = await sql.query<{ part: number }>(
    'SELECT max(part) AS part FROM uploads WHERE id = $1 AND start <= $2',
    [id, from],
  )
  for (let part = first?.part ?? 0; ; part++) {
    const [row] = await sql.query<{ start: number; bytes: Buffer }>(
      'SELECT start, bytes FROM uploads WHERE id = $1 AND part = $2',
      [id, part],
    )
    if (!row) return
    const skip = Math.max(0, from - row.start)
    if (skip < row.bytes.length) yield row.bytes.subarray(skip)
  }
}

export async function dropUpload(sql: Sql, id: string): Promise<void> {
  await sql.query('DELETE FROM uploads WHERE id = $1', [id])
}

/** Uploads that never became a job, or whose job has ended. */
export async function dropForgottenUploads(house: Pick<House, 'db' | 'clock'>): Promise<void> {
  await house.db.query(
    `DELETE FROM uploads WHERE id IN (
       SELECT u.id FROM uploads u WHERE u.part = 0 AND u.at < $1
         AND NOT EXISTS (SELECT FROM jobs j WHERE j.input ->> 'upload' = u.id::text AND j.state IN ('queued', 'working')))`,
    [new Date(house.clock.now().getTime() - forgottenMs)],
  )
}
