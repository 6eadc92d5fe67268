/** Syllables of a run of Chinese characters, one each, without tones. */
export type Sounds = (han: string) => string[]

let loading: Promise<Sounds> | undefined

/** The dictionary: some 30 ms and 10 MB, spent by the first who needs it and by nobody else. */
export function loadSounds(): Promise<Sounds> {
  loading ??= import('pinyin-pro').then(({ pinyin }) => {
    return (han) => pinyin(han, { toneType: 'none', type: 'array', v: true }).map(alike)
  })
  return loading
}

/** Sounds that many people, and many keyboards, do not tell apart: zh z, ch c, sh s, ang an, eng en, ing in. */
const alike = (syllable: string): string => syllable.replace(/^([zcs])h/, '$1').replace(/([aei]n)g$/, '$1')

const syllable =
  /^(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|ong|i|ia|ie|iao|iu|ian|in|iang|ing|iong|u|ua|uo|uai|ui|uan|un|uang|ue|v|ve|er)$/
const longestSyllable = 6

/** What somebody spelt in letters, as syllables; null when a word of it is no Pinyin, or all of it is one syllable. */
export function spelt(words: readonly string[]): string[] | null {
  const found = words.map(syllablesOf)
  if (found.some((one) => one === null)) return null
  const all = (found as string[][]).flat()
  return all.length >= 2 ? all.map(alike) : null
}

/** The fewest syllables that use every letter. */
function syllablesOf(letters: string): string[] | null {
  const best: (string[] | null)[] = [[]]
  for (let end = 1; end <= letters.length; end++) {
    best[end] = null
    for (let start = Math.max(0, end - longestSyllable); start < end; start++) {
      const before = best[start]
      const last = letters.slice(start, end)
      if (before && syllable.test(last) && before.length + 1 < (best[end]?.length ?? Infinity))
        best[end] = [...before, last]
    }
  }
  return best[letters.length] ?? null
}
