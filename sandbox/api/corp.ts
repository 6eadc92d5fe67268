import { WecomError } from '../errcodes.ts'
import { needText, text, whole } from '../fields.ts'
import { needStaff, relationsOf, staffIn, staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { Staff } from '../world.ts'
import { type Apis, get, post } from './definition.ts'

const tokenLife = 7200_000
/** Wrong secrets by time; too many bar the caller for an hour. */
const wrongSecrets = new WeakMap<Wecom, number[]>()

/** Tokens, tickets, OAuth answers, the directory, the app itself. */
export const corpApis: Apis = {
  gettoken: {
    method: 'GET',
    open: true,
    answer({ query }, wecom) {
      const corpid = query.get('corpid')
      if (!corpid) throw new WecomError(41002)
      const secret = query.get('corpsecret')
      if (!secret) throw new WecomError(41004)
      const recent = (wrongSecrets.get(wecom) ?? []).filter((at) => at > wecom.now() - 3600_000)
      if (recent.length >= 30) throw new WecomError(45009)
      if (corpid !== wecom.settings.corpId) throw new WecomError(40013)
      if (secret !== wecom.settings.secret) {
        wrongSecrets.set(wecom, [...recent, wecom.now()])
        throw new WecomError(40001)
      }
      const { tokens } = wecom.world
      for (const [token, { until }] of Object.entries(tokens))
        if (until < wecom.now() - 86_400_000) delete tokens[token]
      const held = Object.entries(tokens).find(([, token]) => !token.killed && token.until > wecom.now())
      if (held) return { access_token: held[0], expires_in: Math.floor((held[1].until - wecom.now()) / 1000) }
      const token = wecom.secret(214)
      tokens[token] = { until: wecom.now() + tokenLife }
      return { access_token: token, expires_in: tokenLife / 1000 }
    },
  },
  get_api_domain_ip: get(() => ({ ip_list: ['127.0.0.1'] }), { ip_list: [] }),
  getcallbackip: get(() => ({ ip_list: ['127.0.0.1', '::1'] }), { ip_list: [] }),
  get_jsapi_ticket: get((_, wecom) => ticket(wecom, 'corp')),
  'ticket/get': get(({ query }, wecom) => {
    if (query.get('type') !== 'agent_config') throw new WecomError(91040)
    return ticket(wecom, 'agent')
  }),
  'user/get': get(({ query }, wecom) => {
    const userid = query.get('userid')
    if (!userid) throw new WecomError(40063)
    const person = staffOf(wecom, userid)
    if (!person) throw new WecomError(60111)
    if (!person.inScope) throw new WecomError(60011)
    return userJson(person)
  }),
  'user/simplelist': get(
    ({ query }, wecom) => ({
      userlist: listed(wecom, query).map(({ userid, name, departments }) => ({
        userid,
        name,
        department: departments,
      })),
    }),
    { userlist: [] },
  ),
  'user/list': get(({ query }, wecom) => ({ userlist: listed(wecom, query).map(userJson) }), { userlist: [] }),
  'user/list_id': post(
    (_, wecom) => ({
      next_cursor: '',
      dept_user: wecom.world.staff
        .filter((person) => person.inScope && !person.leftAt)
        .flatMap((person) => person.departments.map((department) => ({ userid: person.userid, department }))),
    }),
    { next_cursor: '', dept_user: [] },
  ),
  'department/list': get(
    ({ query }, wecom) => {
      const id = query.get('id')
      const wanted = id ? staffDepartments(wecom, Number(id)) : wecom.world.departments
      return {
        department: wanted.map((department) => ({
          ...department,
          name_en: '',
          department_leader: wecom.world.staff
            .filter((person) => person.leader && person.departments.includes(department.id))
            .map((person) => person.userid),
        })),
      }
    },
    { department: [] },
  ),
  'department/simplelist': get(
    (_, wecom) => ({
      department_id: wecom.world.departments.map(({ id, parentid, order }) => ({ id, parentid, order })),
    }),
    { department_id: [] },
  ),
  'auth/getuserinfo': get(({ query }, wecom) => userinfo(wecom, query.get('code'))),
  // The old name spells its fields with a capital.
  'user/getuserinfo': get(({ query }, wecom) => {
    const { userid, openid, user_ticket } = userinfo(wecom, query.get('code'))
    return userid ? { UserId: userid, DeviceId: '', user_ticket } : { OpenId: openid, DeviceId: '' }
  }),
  'auth/getuserdetail': post(({ body }, wecom) => {
    const held = wecom.world.userTickets[needText(body, 'user_ticket', 84015)]
    if (!held) throw new WecomError(84015)
    if (held.until < wecom.now()) throw new WecomError(84014)
    const person = needStaff(wecom, held.userid)
    return {
      userid: person.userid,
      gender: String(person.gender),
      avatar: '',
      qr_code: `https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=${person.userid}`,
      mobile: person.mobile ?? '',
      email: person.email ?? '',
      biz_mail: '',
      address: '',
    }
  }),
  'menu/create': post(({ body, query }, wecom) => {
    ownAgent(wecom, query)
    const buttons = body.button
    if (!Array.isArray(buttons) || buttons.length < 1 || buttons.length > 3)
      throw new WecomError(40058, 'invalid button size')
    wecom.world.menu = { button: buttons }
    return {}
  }),
  'menu/get': get(({ query }, wecom) => {
    ownAgent(wecom, query)
    if (!wecom.world.menu) throw new WecomError(46004, 'menu not exist')
    return { ...wecom.world.menu }
  }),
  'menu/delete': get(({ query }, wecom) => {
    ownAgent(wecom, query)
    wecom.world.menu = null
    return {}
  }),
  'agent/get': get(({ query }, wecom) => {
    ownAgent(wecom, query)
    return {
      agentid: wecom.settings.agentId,
      name: '线索培育',
      square_logo_url: '',
      description: '沙盒里的自建应用',
      allow_userinfos: {
        user: wecom.world.staff.filter((person) => person.inScope && !person.leftAt).map(({ userid }) => ({ userid })),
      },
      allow_partys: { partyid: wecom.world.departments.map(({ id }) => id) },
      allow_tags: { tagid: [] },
      close: 0,
      redirect_domain: wecom.settings.trustedDomain ?? '',
      report_location_flag: 0,
      isreportenter: 1,
      home_url: '',
      ...wecom.world.agent,
    }
  }),
  'agent/set': post(({ body }, wecom) => {
    const { agentid: _, ...change } = body
    if (whole(body, 'agentid') !== wecom.settings.agentId) throw new WecomError(301002)
    wecom.world.agent = { ...wecom.world.agent, ...change }
    return {}
  }),
  'agent/set_workbench_template': post(({ body }, wecom) => {
    if (whole(body, 'agentid') !== wecom.settings.agentId) throw new WecomError(301002)
    wecom.world.workbench = { type: text(body, 'type'), body }
    return {}
  }),
  'agent/set_workbench_data': post(({ body }, wecom) => {
    if (whole(body, 'agentid') !== wecom.settings.agentId) throw new WecomError(301002)
    needStaff(wecom, needText(body, 'userid'))
    return {}
  }),
}

function ownAgent(wecom: Wecom, query: URLSearchParams) {
  if (query.get('agentid') !== String(wecom.settings.agentId)) throw new WecomError(301002)
}

function listed(wecom: Wecom, query: URLSearchParams): Staff[] {
  const department = Number(query.get('department_id') ?? 1)
  if (!wecom.world.departments.some(({ id }) => id === department)) throw new WecomError(60123)
  const people = query.get('fetch_child') === '1' || department === 1 ? staffIn(wecom, [department]) : wecom.world.staff
  return people.filter(
    (person) => person.inScope && !person.leftAt && (department === 1 || person.departments.includes(department)),
  )
}

function staffDepartments(wecom: Wecom, id: number) {
  if (!wecom.world.departments.some((department) => department.id === id)) throw new WecomError(60123)
  return wecom.world.departments.filter((department) => department.id === id || department.parentid === id)
}

/** New self-built apps get no mobile, e-mail, avatar or gender here. */
function userJson(person: Staff) {
  return {
    userid: person.userid,
    name: person.name,
    department: person.departments,
    order: person.departments.map(() => 0),
    position: person.position,
    is_leader_in_dept: person.departments.map(() => (person.leader ? 1 : 0)),
    main_department: person.departments[0],
    status: person.leftAt ? 5 : person.active ? 1 : 4,
    extattr: { attrs: [] },
    alias: '',
  }
}

function ticket(wecom: Wecom, kind: string) {
  const held = wecom.world.tickets[kind]
  const fresh = held && held.until > wecom.now() ? held : { ticket: wecom.secret(86), until: wecom.now() + tokenLife }
  wecom.world.tickets[kind] = fresh
  return { ticket: fresh.ticket, expires_in: Math.floor((fresh.until - wecom.now()) / 1000) }
}

interface Userinfo {
  userid?: string
  user_ticket?: string
  openid?: string
  external_userid?: string
}

function userinfo(wecom: Wecom, code: string | null): Userinfo & Record<string, unknown> {
  const held = code ? wecom.world.oauthCodes[code] : undefined
  if (!held || held.until < wecom.now()) throw new WecomError(40029)
  if (held.used) throw new WecomError(42022)
  held.used = true
  const [kind, id = ''] = held.person.split(':')
  if (kind === 'staff') {
    if (held.scope !== 'snsapi_privateinfo') return { userid: id }
    const user_ticket = wecom.secret(86)
    wecom.world.userTickets[user_ticket] = { userid: id, until: wecom.now() + 1800_000 }
    return { userid: id, user_ticket }
  }
  if (kind === 'customer') {
    const followed = relationsOf(wecom, id).some((item) => !item.deletedByStaff)
    return { openid: `o${id.slice(2)}`, ...(followed ? { external_userid: id } : {}) }
  }
  return { openid: id }
}
