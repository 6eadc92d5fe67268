import type { LeadView } from '../leads/read.ts'

/** The one a colleague means by a name: the only one found, or the only one of exactly this name; else what he is told. */
export function oneMeant(
  found: readonly LeadView[],
  who: string,
): { lead: LeadView; unclear: null } | { lead: null; unclear: string } {
  const exact = found.filter(({ name }) => name === who)
  const [one] = exact.length === 1 ? exact : found
  if (!one) return { lead: null, unclear: `在您的范围内没有找到「${who}」。` }
  if (found.length === 1 || exact.length === 1) return { lead: one, unclear: null }
  const names = found.map(({ name, company }) => `${name || '未留姓名'}（${company ?? '公司未知'}）`).join('、')
  return { lead: null, unclear: `「${who}」有 ${found.length} 位：${names}。请用能分清的名字，或者公司名，再说一次。` }
}
