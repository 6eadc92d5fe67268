import { Refused } from '../failures.ts'

/** What a file turned out to be. */
export interface Shape {
  /** MIME type, by its bytes. */
  type: string
  width?: number
  height?: number
  durationMs?: number
  /** The file as it is kept, where that is less than what came: without what was hung on it, and without where a picture was taken. */
  kept?: Buffer
}

/** Reads a stretch of a file; shorter at its end. */
export type Read = (from: number, length: number) => Promise<Buffer>

/** @throws always */
export function refuse(message: string): never {
  throw new Refused(422, 'bad_file', message, [{ field: 'file', message }])
}
