/** Texts without what tells who somebody is, and the way back. */
export interface Masked<T> {
  hidden: T
  /** Puts back what was taken out, in every text of an answer; a placeholder nobody made stays as it is. */
  restore<Answer>(answer: Answer): Answer
}

const surnames =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤'

/**
 * What is taken out whoever says it: mobiles and telephones, e-mails, a company's credit code (GB 32100), long numbers, WeChat
 * ids, and people who are called by surname and title.
 */
const patterns: readonly (readonly [string, RegExp])[] = [
  ['邮箱', /[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/g],
  ['代码', /(?<![0-9A-Z])[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}(?![0-9A-Z])/gi],
  ['手机', /(?<!\d)(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)/g],
  ['电话', /(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)/g],
  ['号码', /(?<!\d)\d{9,}[Xx]?(?!\d)/g],
  ['微信', /(?<=微信号?[:：\s是]{0,3})[A-Za-z][\w-]{5,19}/g],
  ['称呼', new RegExp(`[${surnames}](?:总(?![共数量计体部])|经理|主任|厂长|部长|先生|女士|小姐|老师)`, 'g')],
]

/** @param known names of people and companies that are known here */
export function masked<T>(about: T, known: readonly (string | null | undefined)[] = []): Masked<T> {
  const taken: string[] = []
  const take = (kind: string) => (found: string) => {
    const before = taken.indexOf(found)
    return `⟦${kind}${before >= 0 ? before + 1 : taken.push(found)}⟧`
  }
  const names = known.filter((name): name is string => Boolean(name && [...name.trim()].length >= 2))
  names.sort((a, b) => b.length - a.length)
  const hide = (text: string) => {
    // A placeholder somebody typed is no placeholder of ours.
    let left = text.replace(/[⟦⟧]/g, '')
    for (const name of names) left = outside(left, (part) => part.replaceAll(name, take('名字')))
    for (const [kind, pattern] of patterns) left = outside(left, (part) => part.replace(pattern, take(kind)))
    return left
  }
  const show = (text: string) =>
    text.replace(/⟦\D{2}(\d{1,4})⟧/g, (whole, number) => taken[Number(number) - 1] ?? whole)
  return { hidden: eachText(about, hide), restore: (answer) => eachText(answer, show) }
}

/** The same thing with every text in it changed; what it is made of stays. */
function eachText<T>(thing: T, change: (text: string) => string): T {
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return change(part)
    if (Array.isArray(part)) return part.map(walk)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, walk(value)]))
  }
  return walk(thing) as T
}

/** What was taken out is not looked into again. */
const outside = (text: string, change: (part: string) => string): string =>
  text
    .split(/(⟦[^⟧]*⟧)/)
    .map((part) => (part.startsWith('⟦') ? part : change(part)))
    .join('')
