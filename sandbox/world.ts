import type { Fields } from './fields.ts'

/** Everything this WeCom knows; plain data, so that a snapshot is one JSON file. Times are ms since 1970 unless named otherwise. */
export interface World {
  version: 1
  corp: { id: string; name: string }
  /** When this world began. */
  bornAt?: number
  /** Where the sandbox was reached when this was written. */
  url?: string
  /** How far the sandbox clock is ahead of the machine's. */
  clockAheadMs: number
  /** Counts everything that ever got an id. */
  serial: number
  departments: Department[]
  staff: Staff[]
  customers: Record<string, Customer>
  relations: Relation[]
  tagGroups: TagGroup[]
  contactWays: ContactWay[]
  acquisition: { links: AcquisitionLink[]; total: number; balance: number; chatKeys: Record<string, ChatKey> }
  welcomeCodes: Record<string, WelcomeCode>
  groupSends: GroupSend[]
  /** Group messages received, by `external_userid|YYYY-MM`. */
  groupSendCounts: Record<string, number>
  transfers: Transfer[]
  groupChats: GroupChat[]
  /** What customers and staff see in their chats. */
  chat: ChatMessage[]
  appMessages: AppMessage[]
  /** What staff wrote to the app. */
  appInput: { at: number; userid: string; msgtype: string; text: string }[]
  responseCodes: Record<string, { msgid: string; until: number; used: boolean; clickedBy?: string }>
  media: Record<string, Media>
  kf: Kf
  oauthCodes: Record<string, { person: string; until: number; used: boolean; scope: string }>
  userTickets: Record<string, { userid: string; until: number }>
  tokens: Record<string, { until: number; killed?: boolean }>
  tickets: Record<string, { ticket: string; until: number }>
  menu: Fields | null
  workbench: Fields | null
  /** What agent/set changed of the app. */
  agent?: Fields
}

export interface Department {
  id: number
  name: string
  parentid: number
  order: number
}

export interface Staff {
  userid: string
  name: string
  position: string
  departments: number[]
  gender: 1 | 2
  mobile?: string
  email?: string
  leader?: boolean
  /** Activated and 实名, as contact ways and transfers need it. */
  active: boolean
  realNamed: boolean
  /** Inside the app's 可见范围. */
  inScope: boolean
  /** Has 客户联系. */
  follows: boolean
  leftAt?: number
  /** The admin console has a welcome of its own for this person, so that no WelcomeCode comes. */
  consoleWelcome?: boolean
}

export interface Customer {
  external_userid: string
  name: string
  avatar: string
  /** 1 WeChat, 2 WeCom of another corp. */
  type: 1 | 2
  gender: 0 | 1 | 2
  unionid?: string
  position?: string
  corp_name?: string
  corp_full_name?: string
  /** For the page only: no WeCom API tells what a person is in the world. */
  about?: string
  createdAt: number
}

export interface Relation {
  userid: string
  external_userid: string
  createdAt: number
  addWay: number
  state?: string
  operUserid: string
  remark: string
  description: string
  remarkCompany?: string
  remarkMobiles: string[]
  tagIds: string[]
  personalTags: string[]
  /** 免验证: the customer added the member, who has not added back. */
  half?: boolean
  /** The code asks for verification: a request waits for the member, and no event has gone out yet. */
  requested?: boolean
  /** A welcome went out with the code of this add. */
  welcomedAt?: number
  deletedByStaff?: number
  deletedByCustomer?: number
  /** Since when the customer APIs know it. */
  visibleFrom: number
  linkId?: string
  customerTalkedAt?: number
  talkedAt?: number
}

export interface TagGroup {
  id: string
  name: string
  createdAt: number
  order: number
  /** The app that made it; the console's own are read-only for apps. */
  madeBy: 'console' | number
  tags: { id: string; name: string; createdAt: number; order: number; madeBy: 'console' | number }[]
}

export interface ContactWay {
  config_id: string
  type: number
  scene: number
  style: number
  remark: string
  skip_verify: boolean
  state: string
  qr_code?: string
  user: string[]
  party: number[]
  is_exclusive: boolean
  conclusions?: Fields
  createdAt: number
  /** How many people each member got by it. */
  given?: Record<string, number>
}

export interface AcquisitionLink {
  link_id: string
  link_name: string
  url: string
  createdAt: number
  range: { user_list: string[]; department_list: number[] }
  skip_verify: boolean
  priority_option?: Fields
  clicks: number
}

export interface ChatKey {
  userid: string
  external_userid: string
  link_id: string
  state: string
  count: number
  until: number
}

export interface WelcomeCode {
  userid: string
  external_userid: string
  until: number
  usedBy?: number | 'other app'
  /** While a call is under way every other caller gets 41096. */
  sending?: boolean
}

export interface GroupSend {
  msgid: string
  createdAt: number
  chatType: 'single' | 'group'
  text?: string
  attachments: Fields[]
  allowSelect: boolean
  /** Record APIs answer 41063 before this. */
  dispatchedAt: number
  cancelled?: boolean
  remindedAt: number[]
  members: { userid: string; confirmedAt?: number; dismissed?: boolean; list: GroupSendTarget[] }[]
}

export interface GroupSendTarget {
  /** external_userid, or chat_id for groups. */
  target: string
  status: 0 | 1 | 2 | 3
  sentAt?: number
}

export interface Transfer {
  handover: string
  takeover: string
  external_userid: string
  startedAt: number
  /** 1 done, 2 waiting, 3 refused, 4 takeover full. */
  status: 1 | 2 | 3 | 4
  endedAt?: number
  resigned: boolean
  successMsg?: string
}

export interface GroupChat {
  chat_id: string
  name: string
  owner: string
  createdAt: number
  notice: string
  members: { userid: string; type: 1 | 2; joinedAt: number; joinScene: number; invitor?: string }[]
  version: string
  changedAt: number
  /** What the API still shows for about 2 s after a change. */
  before?: { name: string; members: GroupChat['members']; version: string; notice: string }
  dismissed?: boolean
}

export interface ChatMessage {
  id: string
  at: number
  /** The staff member's userid, or the kf account's open_kfid. */
  peer: string
  external_userid: string
  from: 'customer' | 'staff' | 'system'
  via: 'welcome' | 'group-send' | 'hand' | 'tool' | 'kf-api' | 'kf-event' | 'transfer' | 'system'
  text?: string
  attachments?: Fields[]
  msgid?: string
}

export interface AppMessage {
  msgid: string
  at: number
  msgtype: string
  /** The object under the message type's own name. */
  content: Fields
  taskId?: string
  recalled?: boolean
  /** By userid; a dropped or deduplicated receiver is not in it. */
  receivers: Record<
    string,
    { pressed: string[]; selected?: Record<string, string[]>; card?: Fields; replaceName?: string }
  >
}

export interface Media {
  media_id: string
  type: string
  filename: string
  size: number
  until: number
  /** 'media' for media/upload, 'attachment' for media/upload_attachment, 'img' for uploadimg. */
  space: string
}

export interface Kf {
  accounts: { open_kfid: string; name: string; avatar: string; servicers: string[]; log: KfEntry[] }[]
  /** By `open_kfid|external_userid`. */
  sessions: Record<string, KfSession>
  msgids: Record<string, number>
  codes: Record<string, { open_kfid: string; external_userid: string; until: number; used: boolean }>
  tokens: Record<string, { open_kfid: string; until: number }>
  scenes: Record<string, { open_kfid: string; scene: string }>
}

export interface KfEntry {
  seq: number
  at: number
  message: Fields
}

export interface KfSession {
  state: 0 | 1 | 2 | 3 | 4
  servicer?: string
  customerWroteAt?: number
  sentSince: number
  enteredAt?: number
  scene?: string
  sceneParam?: string
  /** The customer refuses messages: answers stay errcode 0 and fail afterwards. */
  refuses?: boolean
}

export function emptyWorld(corpId: string): World {
  return {
    version: 1,
    corp: { id: corpId, name: '空白企业' },
    clockAheadMs: 0,
    serial: 0,
    departments: [{ id: 1, name: '空白企业', parentid: 0, order: 1 }],
    staff: [],
    customers: {},
    relations: [],
    tagGroups: [],
    contactWays: [],
    acquisition: { links: [], total: 1000, balance: 1000, chatKeys: {} },
    welcomeCodes: {},
    groupSends: [],
    groupSendCounts: {},
    transfers: [],
    groupChats: [],
    chat: [],
    appMessages: [],
    appInput: [],
    responseCodes: {},
    media: {},
    kf: { accounts: [], sessions: {}, msgids: {}, codes: {}, tokens: {}, scenes: {} },
    oauthCodes: {},
    userTickets: {},
    tokens: {},
    tickets: {},
    menu: null,
    workbench: null,
  }
}
