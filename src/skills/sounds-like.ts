import { type Sounds, spelt } from '../answers/sounds.ts'

/** What people put before and after the words that matter, syllable by syllable. */
const before = '你好您请问麻烦帮忙给我想要们可以能不看来发有没个一下先'
const after = '一下谢谢吗呢吧啊呀了么哦哈'
const longest = 30

/** How a text sounds, syllable by syllable; null: it is neither characters alone nor Pinyin alone, or too much to be a few words. */
export function soundOf(text: string, sounds: Sounds): string | null {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  const whole = words.join('')
  if (whole.length > longest) return null
  if (/^\p{Script=Han}+$/u.test(whole)) return sounds(whole).join(' ')
  return /^[a-z]+$/.test(whole) ? (spelt(words)?.join(' ') ?? null) : null
}

/**
 * Whether somebody who sounds like this means the phrase: in Pinyin, or in characters of the same sound (退定 for 退订). Only
 * where nothing but the phrase and courtesies is said, since many words sound alike.
 */
export function soundsLike(said: string, phrase: string, sounds: Sounds): boolean {
  const shape = shapes.get(phrase) ?? shapeOf(phrase, sounds)
  shapes.set(phrase, shape)
  return shape.test(said)
}

/** Phrases are written into skills: as many as there are, and no more. */
const shapes = new Map<string, RegExp>()

function shapeOf(phrase: string, sounds: Sounds): RegExp {
  const any = (syllables: string) => [...new Set(sounds(syllables))].join('|')
  return new RegExp(`^(?:(?:${any(before)}) )*${sounds(phrase).join(' ')}(?: (?:${any(after)}))*$`)
}
