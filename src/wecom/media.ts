import { z } from 'zod'
import { api, number } from './api.ts'
import type { Wecom } from './client.ts'

export interface MediaFile {
  name: string
  /** MIME type. */
  type: string
  bytes: Uint8Array
}

const upload = api({
  path: 'media/upload',
  method: 'POST',
  repeatable: true,
  withinMs: 60_000,
  answer: z.looseObject({ media_id: z.string(), created_at: number.nullish() }),
})

/** Temporary media, three days. image ≤ 10 MB, voice ≤ 2 MB, video ≤ 10 MB, file ≤ 20 MB. https://developer.work.weixin.qq.com/document/path/90253 */
export async function uploadMedia(
  wecom: Wecom,
  type: 'image' | 'voice' | 'video' | 'file',
  file: MediaFile,
): Promise<{ media_id: string }> {
  return wecom.call(upload, { query: { type }, file })
}

const uploadImg = api({
  path: 'media/uploadimg',
  method: 'POST',
  repeatable: true,
  withinMs: 60_000,
  answer: z.looseObject({ url: z.string() }),
})

/** A picture with a permanent URL, ≤ 2 MB, ≤ 1000 a day. https://developer.work.weixin.qq.com/document/path/90256 */
export async function uploadImage(wecom: Wecom, file: MediaFile): Promise<string> {
  return (await wecom.call(uploadImg, { file })).url
}
