/** Words without what tells who somebody is, and the way back. */
export interface Masked {
  text: string
  /** Puts back what was taken out; a placeholder nobody made stays as it is. */
  restore(text: string): string
}

/** What is taken out whoever says it: mobiles and telephones, e-mails, a company's credit code (GB 32100), long numbers. */
const patterns: readonly (readonly [string, RegExp])[] = [
  ['邮箱', /[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/g],
  ['代码', /(?<![0-9A-Z])[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}(?![0-9A-Z])/gi],
  ['手机', /(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)/g],
  ['电话', /(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)/g],
  ['号码', /(?<!\d)\d{9,}(?!\d)/g],
]

/** @param known names of people and companies that are known here */
export function mask(text: string, known: readonly (string | null | undefined)[] = []): Masked {
  const taken: string[] = []
  // A placeholder somebody typed is no placeholder of ours.
  let left = text.replace(/[⟦⟧]/g, '')
  const take = (kind: string) => (found: string) => {
    const before = taken.indexOf(found)
    return `⟦${kind}${before >= 0 ? before + 1 : taken.push(found)}⟧`
  }
  for (const [kind, pattern] of patterns) left = outside(left, (part) => part.replace(pattern, take(kind)))
  const names = known.filter((name): name is string => Boolean(name && [...name.trim()].length >= 2))
  for (const name of names.sort((a, b) => b.length - a.length))
    left = outside(left, (part) => part.replaceAll(name, take('名字')))
  return {
    text: left,
    restore: (said) => said.replace(/⟦\D{2}(\d{1,4})⟧/g, (whole, number) => taken[Number(number) - 1] ?? whole),
  }
}

/** What was taken out is not looked into again. */
const outside = (text: string, change: (part: string) => string): string =>
  text
    .split(/(⟦[^⟧]*⟧)/)
    .map((part) => (part.startsWith('⟦') ? part : change(part)))
    .join('')
