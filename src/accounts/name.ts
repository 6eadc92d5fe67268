/** Legal forms at the end of a Chinese company's name; the longest first. */
const chineseForms =
  /(股份有限公司|有限责任公司|集团有限公司|控股有限公司|有限公司|股份公司|集团公司|分公司|总公司|股份|集团|控股|公司)$/
const latinForms =
  /(^|\s)(co|company|corp|corporation|inc|incorporated|ltd|limited|llc|plc|gmbh|ag|sa|bv|pte|pty|group|holdings?)$/
/** What people write where a form asks for a company and there is none. */
const noCompany = new Set(
  '个人 个体 个体户 无 没有 暂无 未知 保密 自由职业 自由职业者 待业 学生 在校生 测试 test none null na no nil unknown personal self freelance freelancer x xx xxx 公司 本公司 企业 某公司 其他 其它'.split(
    ' ',
  ),
)
const longest = 100

/**
 * A company's name as it is compared: width, case, spaces, legal form and a bracketed place aside.
 * `宁波精工（集团）股份有限公司` and `宁波精工 集团` are one.
 * @returns null for what names no company
 */
export function companyKey(company: string | null | undefined): string | null {
  if (!company) return null
  let words = company
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[([{【〔<《][^)\]}】〕>》]{0,30}[)\]}】〕>》]/gu, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  for (let before = ''; before !== words; ) {
    before = words
    words = words.replace(chineseForms, '').replace(latinForms, '').trim()
  }
  const key = [...words.replace(/\s+/g, '')].slice(0, longest).join('')
  return [...key].length < 2 || noCompany.has(key) || /^\d+$/.test(key) ? null : key
}

/** Anybody may have an address there. */
const freeMailers = new Set(
  `qq.com vip.qq.com foxmail.com 163.com vip.163.com 126.com vip.126.com yeah.net 188.com sina.com sina.cn vip.sina.com sohu.com 139.com 189.cn wo.cn
   aliyun.com tom.com 21cn.com 263.net gmail.com googlemail.com outlook.com hotmail.com live.com live.cn msn.com yahoo.com yahoo.cn yahoo.com.cn ymail.com
   icloud.com me.com mac.com aol.com gmx.com gmx.net proton.me protonmail.com mail.com mail.ru yandex.com example.com`
    .split(/\s+/)
    .filter(Boolean),
)

/** The domain of an address that belongs to a company; null for a free mailer. `address` may be masked before the `@`. */
export function domainKey(address: string): string | null {
  const domain = address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase()
    .replace(/\.$/, '')
  if (domain.length > 200 || !/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+$/u.test(domain)) return null
  return freeMailers.has(domain) ? null : domain
}

const shortestLike = 4

/** Beginnings of a key that are long enough to be somebody's name too. */
export const beginningsOf = (key: string): string[] => {
  const letters = [...key]
  return letters.slice(shortestLike, letters.length).map((_, at) => letters.slice(0, shortestLike + at).join(''))
}
/** Whether a key is long enough that what begins with it is likely the same company. */
export const isTelling = (key: string): boolean => [...key].length >= shortestLike
