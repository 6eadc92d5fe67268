import type { TimeWords } from './say-time.ts'

type Words = TimeWords['time']

/** When and how long, in Chinese. */
export const timeInChinese: Words = {
  now: '刚刚',
  minutesAgo: (n) => `${n} 分钟前`,
  inMinutes: (n) => `${n} 分钟后`,
  today: (clock) => `今天 ${clock}`,
  yesterday: (clock) => `昨天 ${clock}`,
  lastNight: (clock) => `昨晚 ${clock}`,
  tomorrow: (clock) => `明天 ${clock}`,
  locale: 'zh-CN',
  days: (n) => `${n} 天`,
  hours: (n) => `${n} 小时`,
  minutes: (n) => `${n} 分钟`,
  seconds: (n) => `${n} 秒`,
  join: ' ',
}

/** The same in English. */
export const timeInEnglish: Words = {
  now: 'just now',
  minutesAgo: (n) => `${n} min ago`,
  inMinutes: (n) => `in ${n} min`,
  today: (clock) => `today ${clock}`,
  yesterday: (clock) => `yesterday ${clock}`,
  lastNight: (clock) => `last night ${clock}`,
  tomorrow: (clock) => `tomorrow ${clock}`,
  locale: 'en-GB',
  days: (n) => `${n} ${n === 1 ? 'day' : 'days'}`,
  hours: (n) => `${n} h`,
  minutes: (n) => `${n} min`,
  seconds: (n) => `${n} s`,
  join: ' ',
}
