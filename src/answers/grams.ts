import { type Sounds, spelt } from './sounds.ts'

/** Changes whenever the same question would be spelt differently; what was spelt before is spelt anew at the start. */
export const spelling = 1

/** Worth of what two questions have in common, before it is known how common that is among all questions. */
const worth = { sound: 1, sounds: 1.5, character: 0.75, characters: 1.5, word: 2.5, letters: 2 }

const filler =
  /请问一?下?|您好|你好|哈喽|在吗|我?想(?:要?问|了解|知道|咨询)(?:一?下)?|咨询一?下|麻烦|帮忙|一下|(?:我|你|您|咱|咱们|他)们?|贵司|贵公司|这个|那个|是不是|能不能|可不可以|可以|能否|是否|有没有|到底|大概|现在|目前|谢谢|吗|呢|呀|啊|吧|哦|嘛|哈|的|了|么(?=$|\s)/g

/** A question of a few words says what it asks; of a letter the first lines do. */
const longest = 240

const han = /\p{Script=Han}/u

/** Runs of Chinese characters, and runs of words in letters or digits, in one spelling. */
function runs(text: string): string[] {
  const one = text.normalize('NFKC').toLowerCase().slice(0, longest)
  const bare = one.replace(filler, '　')
  const of = (words: string) => words.match(/\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}]+ *)+/gu) ?? []
  const found = of(bare)
  return found.length > 0 ? found : of(one)
}

/** What a question is made of. */
export interface Grams {
  /** Each with its worth. */
  all: Map<string, number>
  /** Those that say nothing when nobody knows them: the letters of what is Pinyin. */
  maybe: Set<string>
  /** Only its sound is known: it was spelt in letters. */
  isSpelt: boolean
}

/**
 * Characters one by one and in pairs, their sounds likewise, so that 收非 and "shoufei" are near 收费; words in letters whole
 * and, long ones, in threes, so that one wrong letter costs little.
 * @param asked it comes from a customer: letters may be Pinyin
 */
export function gramsOf(text: string, sounds: Sounds, { asked = false } = {}): Grams {
  const all = new Map<string, number>()
  const maybe = new Set<string>()
  const add = (gram: string, weight: number) => all.set(gram, Math.max(weight, all.get(gram) ?? 0))
  const addSounds = (syllables: readonly string[]) => {
    syllables.forEach((sound, index) => {
      add(`s:${sound}`, worth.sound)
      if (index > 0) add(`s:${syllables[index - 1]} ${sound}`, worth.sounds)
    })
  }
  const parts = runs(text)
  let isSpelt = asked
  for (const run of parts) {
    if (han.test(run)) {
      isSpelt = false
      const characters = [...run]
      characters.forEach((character, index) => {
        add(`c:${character}`, worth.character)
        if (index > 0) add(`c:${characters[index - 1]}${character}`, worth.characters)
      })
      addSounds(sounds(run))
      continue
    }
    const words = run.trim().split(/ +/)
    const syllables = asked ? spelt(words) : null
    if (syllables) addSounds(syllables)
    else isSpelt = false
    for (const [gram, weight] of words.flatMap(letters)) {
      add(gram, weight)
      if (syllables) maybe.add(gram)
    }
  }
  return { all, maybe, isSpelt: isSpelt && parts.length > 0 }
}

function letters(word: string): [string, number][] {
  const whole: [string, number] = [`w:${word}`, worth.word]
  if (word.length < 4 || /^\d+$/.test(word)) return [whole]
  const threes = Array.from({ length: word.length - 2 }, (_, at) => `l:${word.slice(at, at + 3)}`)
  return [whole, ...threes.map((three): [string, number] => [three, worth.letters / threes.length])]
}
