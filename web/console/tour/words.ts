import type { Language } from '../words/words.tsx'

/** One stop: the room it points at, by its id, and what there is to know. */
export interface Stop {
  room: string
  title: string
  text: string
}

const zh = {
  invite: '第一次来？带您看一圈，不到一分钟。',
  start: '看一圈',
  skip: '不用了',
  stops: [
    {
      room: 'review',
      title: '审核队列',
      text: 'J/K 上下，C 领取，M 判为 MQL，N 放回培育，X 不合格，⌘Z 撤销。按 ? 看全部快捷键。',
    },
    { room: 'leads', title: '线索', text: '每个人的全貌：来历、阶段、时间线、消息，每个分数都点得开「为什么」。' },
    { room: 'dashboard', title: '看板', text: '蝴蝶结里每个数字都能点，点开就是后面的名单。' },
    { room: 'team', title: '团队', text: '谁在岗、谁满了、什么快超时；没人接的线索拖给一位同事，请假的人一键交接。' },
    { room: 'content', title: '内容库', text: '给哪个阶段、哪种人看的内容，缺哪一格一眼看到。' },
    { room: 'codes', title: '活码', text: '每个展会、每份物料一个码，换班和满额系统自己改。' },
    { room: 'messages', title: '发出', text: '每条消息走到哪一步、没发是为什么。拔总闸，什么都不会离开系统。' },
    { room: 'members', title: '成员', text: '给同事角色、团队和上限；没有角色的人只看得到自己的。' },
    {
      room: 'system',
      title: '运维',
      text: '先到「接入」里逐步检查真实企业；「状态」一句话说哪里要修。样例数据也在这里清。',
    },
  ] as Stop[],
}

type TourWords = typeof zh

const en: TourWords = {
  invite: 'First time here? A look around takes less than a minute.',
  start: 'Show me',
  skip: 'No, thanks',
  stops: [
    {
      room: 'review',
      title: 'Review',
      text: 'J/K to move, C to claim, M for MQL, N back to nurture, X to disqualify, ⌘Z to undo. Press ? for all keys.',
    },
    { room: 'leads', title: 'Leads', text: 'The whole of each person; every score opens its "why?".' },
    { room: 'dashboard', title: 'Dashboard', text: 'Every number of the bow-tie opens the list behind it.' },
    {
      room: 'team',
      title: 'Team',
      text: 'Who is at work, who is full, what falls due; drag what nobody has to a colleague, hand over for those on leave.',
    },
    { room: 'content', title: 'Content', text: 'What is for which stage and whom, and where a gap is.' },
    { room: 'codes', title: 'Codes', text: 'One code per fair and flyer; shifts and limits are kept by the system.' },
    {
      room: 'messages',
      title: 'Sent',
      text: 'How far each message is and why it is no further. Pull the plug and nothing leaves.',
    },
    { room: 'members', title: 'Members', text: 'Roles, teams and capacity. Without a role one sees only his own.' },
    {
      room: 'system',
      title: 'Operations',
      text: 'Check a real corp step by step under "Set-up"; "Status" says in a line what to mend. Sample data is wiped here.',
    },
  ],
}

export const tourWords: Record<Language, TourWords> = { zh, en }
