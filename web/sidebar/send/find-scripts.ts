interface Findable {
  title: string
  text: string
  needs: string[]
  initials: string
  pinyin: string
}

/** Those that hold what was typed, in the order they came: letters are pinyin too, whole or first letters, wherever in the title. */
export function findScripts<Script extends Findable>(
  scripts: readonly Script[],
  { q, need }: { q: string; need: string },
): Script[] {
  const typed = q.trim().toLowerCase()
  const letters = /^[a-z\s]+$/.test(typed) ? typed.replaceAll(/\s/g, '') : ''
  return scripts.filter(
    ({ title, text, needs, initials, pinyin }) =>
      (need === '' || needs.includes(need)) &&
      (typed === '' ||
        title.toLowerCase().includes(typed) ||
        text.toLowerCase().includes(typed) ||
        (letters !== '' && (initials.includes(letters) || pinyin.includes(letters)))),
  )
}
