import {
  AccountsIcon,
  AnswersIcon,
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

/** The rooms and who has business in them; the server decides anew with every call. */
export const rooms = [
  { id: 'review', path: '/review', Icon: ReviewIcon, who: ['admin', 'manager', 'mdr', 'sdr'] },
  { id: 'leads', path: '/leads', Icon: LeadsIcon, who: everyone },
  { id: 'accounts', path: '/accounts', Icon: AccountsIcon, who: everyone },
  { id: 'segments', path: '/segments', Icon: SegmentsIcon, who: everyone },
  { id: 'journeys', path: '/journeys', Icon: JourneysIcon, who: everyone },
  { id: 'content', path: '/content', Icon: ContentIcon, who: everyone },
  { id: 'answers', path: '/answers', Icon: AnswersIcon, who: everyone },
  { id: 'dashboard', path: '/dashboard', Icon: DashboardIcon, who: ['admin', 'manager', 'mdr'] },
  { id: 'team', path: '/team', Icon: TeamIcon, who: ['admin', 'manager'] },
  { id: 'transfers', path: '/transfers', Icon: TransfersIcon, who: everyone },
  { id: 'codes', path: '/codes', Icon: CodesIcon, who: ['admin', 'manager', 'mdr'] },
  { id: 'imports', path: '/imports', Icon: ImportIcon, who: ['admin', 'manager', 'mdr'] },
  { id: 'messages', path: '/messages', Icon: SendIcon, who: everyone },
  { id: 'members', path: '/members', Icon: MembersIcon, who: ['admin'] },
  { id: 'inbox', path: '/inbox', Icon: InboxIcon, who: ['admin'] },
  { id: 'system', path: '/system', Icon: SystemIcon, who: ['admin'] },
  { id: 'playbook', path: '/playbook', Icon: RulesIcon, who: everyone },
] as const

export const roomsOf = (roles: readonly string[]) =>
  rooms.filter(({ who }) => roles.some((role) => (who as readonly string[]).includes(role)))

export const firstRoom = (roles: readonly string[]): string => roomsOf(roles)[0]?.path ?? '/leads'
