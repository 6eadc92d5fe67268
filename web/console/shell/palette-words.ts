import type { Language } from '../words/words.tsx'
import type { PlaceId } from './places.ts'

interface PaletteWords {
  title: string
  ask: string
  none: string
  /** What one does there, in the words one would look for. */
  does: Record<PlaceId, string>
}

const zh: PaletteWords = {
  title: '去哪里',
  ask: '页面、要做的事、客户姓名或公司',
  none: '没有找到。换个说法，或少写几个字。',
  does: {
    review: '审核线索，判 MQL、再培育、不合格',
    leads: '所有线索、培育池、我的、沉睡的，批量处理和导出',
    accounts: '客户公司、关系图谱、商机',
    segments: '圈人、分群条件',
    journeys: '自动培育的旅程',
    content: '写内容、话术、素材',
    answers: '客服机器人会答的问题，试一试',
    automation: '开关：自动发送、机器人、提醒、大模型、总闸',
    dashboard: '漏斗、转化、渠道、周报',
    team: '谁在岗、负荷、交接工作、待指派',
    transfers: '转接客户、离职继承、请假',
    codes: '渠道活码、获客链接、欢迎语',
    imports: '导入表格',
    messages: '发出的消息、待同意的、总闸',
    members: '成员、角色、权限',
    inbox: '收到的事件、重放',
    system: '运维：状态、接入、审计、个人信息、样例数据',
    playbook: '业务规则：评分、派单、时限、红线',
    stages: '阶段、流转、每个阶段有多少人',
    tags: '标签、标签组，企业微信同步',
    versions: '规则改过什么、回退',
    missed: '答不上的问题',
    broadcast: '群发',
    matrix: '内容矩阵：哪个阶段缺内容',
  },
}

const en: PaletteWords = {
  title: 'Go to',
  ask: 'A page, something to do, a customer or a company',
  none: 'Nothing found. Say it in other words, or fewer.',
  does: {
    review: 'judge leads: MQL, nurture, disqualify',
    leads: 'all leads, nurture pool, mine, dormant; bulk work and export',
    accounts: 'companies, relationship map, deals',
    segments: 'groups of leads by condition',
    journeys: 'automatic nurturing',
    content: 'write pieces, phrases, material',
    answers: 'what the service bot knows; try it',
    automation: 'switches: sends, bot, reminders, model, plug',
    dashboard: 'funnel, conversion, channels',
    team: 'who is at work, load, hand over, to place',
    transfers: 'give a customer to a colleague, leavers, leave',
    codes: 'live codes, acquisition links, welcomes',
    imports: 'bring in a table',
    messages: 'what was sent, approvals, plug',
    members: 'people, roles, rights',
    inbox: 'events received, replay',
    system: 'status, set-up, audit, personal data, sample data',
    playbook: 'rules: scores, routing, deadlines, red lines',
    stages: 'stages and the ways between them, with counts',
    tags: 'tags and groups, sync with WeCom',
    versions: 'what the rules said before, roll back',
    missed: 'questions nobody could answer',
    broadcast: 'send to many at once',
    matrix: 'content by stage and audience, with gaps',
  },
}

export const paletteWords: Record<Language, PaletteWords> = { zh, en }
