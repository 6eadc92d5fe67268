import {
  AccountsIcon,
  AnswersIcon,
  AutomationIcon,
  CodesIcon,
  ContentIcon,
  DashboardIcon,
  ImportIcon,
  InboxIcon,
  JourneysIcon,
  LeadsIcon,
  MembersIcon,
  ReviewIcon,
  RulesIcon,
  SegmentsIcon,
  SendIcon,
  SystemIcon,
  TeamIcon,
  TransfersIcon,
} from '../look/icons.tsx'

const everyone = ['admin', 'manager', 'mdr', 'sdr', 'sales', 'csm']

const leaders = ['admin', 'manager']
const editors = ['admin', 'manager', 'mdr']

/**
 * The rooms in the order of the work, and who has business in them; the server decides anew with every call. `opens`: a line is
 * drawn above, where another kind of work begins: with leads, for many at once, with people, with the machine.
 */
export const rooms = [
  { id: 'review', path: '/review', Icon: ReviewIcon, who: [...editors, 'sdr'] },
  { id: 'leads', path: '/leads', Icon: LeadsIcon, who: everyone },
  { id: 'accounts', path: '/accounts', Icon: AccountsIcon, who: everyone },
  { id: 'dashboard', path: '/dashboard', Icon: DashboardIcon, who: editors },
  { id: 'segments', path: '/segments', Icon: SegmentsIcon, who: everyone, opens: true },
  { id: 'journeys', path: '/journeys', Icon: JourneysIcon, who: everyone },
  { id: 'content', path: '/content', Icon: ContentIcon, who: everyone },
  { id: 'answers', path: '/answers', Icon: AnswersIcon, who: everyone },
  { id: 'codes', path: '/codes', Icon: CodesIcon, who: editors },
  { id: 'imports', path: '/imports', Icon: ImportIcon, who: editors },
  { id: 'messages', path: '/messages', Icon: SendIcon, who: everyone },
  { id: 'team', path: '/team', Icon: TeamIcon, who: leaders, opens: true },
  { id: 'transfers', path: '/transfers', Icon: TransfersIcon, who: everyone },
  { id: 'members', path: '/members', Icon: MembersIcon, who: ['admin'] },
  { id: 'automation', path: '/automation', Icon: AutomationIcon, who: leaders, opens: true },
  { id: 'playbook', path: '/playbook', Icon: RulesIcon, who: everyone },
  { id: 'inbox', path: '/inbox', Icon: InboxIcon, who: ['admin'] },
  { id: 'system', path: '/system', Icon: SystemIcon, who: ['admin'] },
] as const

export type RoomId = (typeof rooms)[number]['id']

export const roomsOf = (roles: readonly string[]) =>
  rooms.filter(({ who }) => roles.some((role) => (who as readonly string[]).includes(role)))

export const firstRoom = (roles: readonly string[]): string => roomsOf(roles)[0]?.path ?? '/leads'
