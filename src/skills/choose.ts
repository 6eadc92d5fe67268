import { loadSounds } from '../answers/sounds.ts'
import type { Skill } from '../define.ts'
import { simplified } from '../simplified.ts'
import { soundOf, soundsLike } from './sounds-like.ts'

export interface Found {
  skill: Skill
  match: RegExpExecArray
}

/**
 * The skill whose words these are; null: nobody's. What was tapped is its skill's, whatever the words. Several lines were said in
 * one breath: whichever line a skill hears, the most pressing skill answers for all of them.
 */
export async function chooseSkill(
  skills: readonly Skill[],
  { text, menuId }: { text: string; menuId?: string | undefined },
): Promise<Found | null> {
  const ranked = [...skills].sort((a, b) => (a.order ?? 50) - (b.order ?? 50))
  const tapped = tappedOf(ranked, menuId)
  if (tapped) return tapped
  const texts = await spellings(text)
  const sounds = await loadSounds()
  const said = new Set(texts.flatMap((one) => soundOf(one, sounds) ?? []))
  for (const skill of ranked) {
    const meant = skill.sounds?.filter((phrase) => [...said].some((sound) => soundsLike(sound, phrase, sounds))) ?? []
    const match = firstMatch(skill.hears, [...texts, ...meant])
    if (match) return { skill, match }
  }
  return null
}

function tappedOf(skills: readonly Skill[], menuId: string | undefined): Found | null {
  const match = /^([a-z-]+):/.exec(menuId ?? '')
  const skill = match && skills.find(({ menu }) => menu === match[1])
  return skill ? { skill, match } : null
}

/** Courtesies around what is said, and how a sentence ends. */
const opening = /^(?:(?:你好|您好|请问|麻烦(?:你|您)?|请(?!假)|帮我|我想要?|我要|我)[\s,，。!！]*)+/
const ending = /(?:[\s。.!！?？~～…]|谢谢|吧)+$/
const spaceInHan = /(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu

/**
 * All of it, then line by line; as it was written first, so that what is kept is kept as it was written, then with full-width
 * signs and traditional characters as the same words, without courtesies, without spaces between characters.
 */
async function spellings(text: string): Promise<string[]> {
  const lines = [text, ...text.split(/\n+/)].map((line) => line.trim())
  const plain = await Promise.all(lines.map((line) => simplified(line.normalize('NFKC'))))
  const bare = plain.map((line) => line.replace(ending, '').replace(opening, ''))
  const variants = [...plain, ...bare, ...bare.map((line) => line.replace(spaceInHan, ''))]
  return [...new Set([...lines, ...variants.filter((line) => line !== '')])]
}

function firstMatch(patterns: readonly RegExp[], texts: readonly string[]): RegExpExecArray | null {
  for (const pattern of patterns)
    for (const text of texts) {
      const match = pattern.exec(text)
      if (match) return match
    }
  return null
}
