import { z } from 'zod'

const link = /(?:https?:\/\/|www\.)[^\s，。；、）)]*/gi
const control = /[\p{Cc}\p{Cf}]+/gu

/**
 * Words of the model's for a colleague to read: plain text, since WeCom makes links of `<a>` and of addresses, and nobody of ours
 * wrote this one. Longer is cut.
 */
export const draftText = (most: number) =>
  z
    .string()
    .max(4_000)
    .transform((text) =>
      text
        .replace(/\n{2,}/g, '\n')
        .split('\n')
        .map((line) => line.replace(control, '').replace(link, '（链接已去掉）').replaceAll('<', '＜').trim())
        .join('\n')
        .trim()
        .slice(0, most),
    )
