/**
 * What to do about an errcode:
 * `retry` in a moment · `retry-once`: one more try at most · `refresh-token` and try once more · `wait-window`: this API is closed for its frequency window ·
 * `slow-down`: fewer calls in parallel · `wait-operator`: works again once somebody has changed a setting ·
 * `wait-customer`: the customer must write first · `later`: the platform is still busy with it, ask again in minutes ·
 * `start-over`: a cursor, code or ticket ran out, begin anew · `resync`: our copy of WeCom's data is stale ·
 * `gone`: the relation or object no longer exists · `already-done`: treat as success · `give-up`: never as it stands ·
 * `unknown`: not in the table.
 */
export type What =
  | 'retry'
  | 'retry-once'
  | 'refresh-token'
  | 'wait-window'
  | 'slow-down'
  | 'wait-operator'
  | 'wait-customer'
  | 'later'
  | 'start-over'
  | 'resync'
  | 'gone'
  | 'already-done'
  | 'give-up'
  | 'unknown'

export interface Errcode {
  what: What
  /** What WeCom means, in Chinese. */
  meaning: string
  /** What a person should do, in Chinese. */
  operator: string
}

/** Looks an errcode up in the table; never throws. WeCom doc page 90313 (全局错误码). */
export function explainErrcode(errcode: number): Errcode {
  return (
    table.get(errcode) ?? {
      what: 'unknown',
      meaning: `未收录的错误码 ${errcode}`,
      operator: `打开 https://open.work.weixin.qq.com/devtool/query?e=${errcode} 查看说明；若持续出现，请把错误码反馈给开发者。`,
    }
  )
}

type Row = [codes: number | number[], what: What, meaning: string, operator: string]

const nothing = '无需操作，系统会自动处理。'
const report = '多半是程序的请求有误，请把接口名和错误码反馈给开发者。'
const scope =
  '管理后台 → 应用管理 → 本应用 → 可见范围，把该成员加入；并确认他在「客户与上下游 → 客户联系 → 权限配置」的使用范围内。'
const realName = '请该成员打开企业微信 App → 我 → 个人信息，完成实名认证并激活账号。'
const callable = '管理后台 → 客户与上下游 → 客户联系 → API →「可调用接口的应用」，勾选本应用后保存。'

const rows: Row[] = [
  // Platform, token, limits
  [-1, 'retry', '企业微信系统繁忙', nothing],
  [6000, 'retry', '数据版本冲突', nothing],
  [[40014, 42001], 'refresh-token', 'access_token 无效或已过期', nothing],
  [
    40001,
    'wait-operator',
    'Secret 不正确，或应用已停用、Secret 已重置',
    '管理后台 → 应用管理 → 本应用 → Secret，重新查看并更新 WECOM_SECRET。反复用错误的 Secret 会让本机 IP 被封 1 小时。',
  ],
  [40013, 'wait-operator', '企业 ID 不合法', '管理后台 → 我的企业 → 企业信息最下方的「企业 ID」，更新 WECOM_CORP_ID。'],
  [
    [40056, 301002],
    'wait-operator',
    'AgentId 不合法，或与 Secret 不是同一个应用',
    '管理后台 → 应用管理 → 本应用，核对 AgentId 与 Secret 出自同一个应用，更新 WECOM_AGENT_ID、WECOM_SECRET。',
  ],
  [41001, 'give-up', '缺少 access_token', report],
  [
    45009,
    'wait-window',
    '接口调用超过频率限制',
    '本接口会停到限制窗口结束后自动恢复。急用时可在 https://open.work.weixin.qq.com/wwopen/devtool/checkCorpSpamBlock 自助解封，并检查是否有其他系统在调用同一接口。',
  ],
  [45033, 'slow-down', '接口并发过高', '系统会自动降低并发。若持续出现，请检查是否有其他系统在调用同一接口。'],
  [45035, 'retry', '同一条数据正被另一处修改', nothing],
  [45036, 'slow-down', '数据访问异常，被平台限制', '请停用非官方客户端和其他批量工具，并放慢同步速度。'],
  [48010, 'wait-operator', 'TLS 版本过低', '请升级出口代理或网关，至少支持 TLS 1.2。'],
  [
    60020,
    'wait-operator',
    '来源 IP 不在企业可信 IP 中',
    '管理后台 → 应用管理 → 本应用 → 企业可信IP → 配置，把报错中 from ip 后面的 IP 加入，约 1 分钟后生效。',
  ],

  // Permission and scope
  [[48002, 48004], 'wait-operator', '应用没有调用该接口的权限', callable],
  [48006, 'wait-operator', '接口权限已被收回', `${callable}若应用曾被停用，请先启用。`],
  [
    48007,
    'wait-operator',
    '客服账号未授权给本应用',
    '管理后台 → 应用管理 → 微信客服 → API →「可调用接口的应用」，勾选本应用，并在「客服账号」里授权。',
  ],
  [48011, 'wait-operator', '成员不够活跃，暂不能读取客户信息', '请该成员登录企业微信并正常使用客户联系。'],
  [[50002, 60011, 60021, 92000], 'give-up', '成员或部门不在应用可见范围内', scope],
  [60111, 'give-up', '成员不存在、已离职或不在可见范围内', `如已离职，请办理客户交接；否则：${scope}`],
  [40003, 'give-up', '成员 userid 不合法或成员已离职', `核对成员的「账号」；如仍在职：${scope}`],
  [40098, 'give-up', '成员尚未实名认证', realName],
  [41054, 'give-up', '成员尚未激活或未实名，不能生成「联系我」', realName],
  [40205, 'give-up', '成员的微信登录状态已失效', '请该成员重新登录一次企业微信 App（一年内须登录过）。'],
  [
    610023,
    'wait-operator',
    '企业的客户数已达上限，暂不能管理客户',
    '管理后台 → 客户与上下游 → 客户联系，按提示扩容客户数。',
  ],
  [610024, 'wait-operator', '企业资料不全，暂不能管理客户', '管理后台 → 我的企业，按提示补全主体认证资料。'],
  [
    701008,
    'give-up',
    '成员没有接口许可（互通账号）',
    '自建应用通常不需要许可；请确认所用 Secret 属于自建应用，而不是第三方或代开发应用。',
  ],

  // Parameters
  [[40008, 40031, 40032, 40033, 40035, 40058, 40063, 41002, 41004, 60123], 'give-up', '请求参数不合法', report],
  [
    40066,
    'give-up',
    '接口地址不存在',
    '请检查 WECOM_API_URL：它应指向企业微信接口域名或私有部署的同等地址，不带 /cgi-bin。',
  ],
  [44001, 'give-up', '上传的文件为空', '请重新选择文件。'],
  [
    [40004, 40005, 40006, 40009, 45001],
    'give-up',
    '文件类型或大小不符合要求',
    '图片不超过 10 MB（JPG、PNG），视频不超过 10 MB（MP4），文件不超过 20 MB。',
  ],
  [44004, 'give-up', '消息内容为空', '请补上消息正文。'],
  [[45002, 45007, 45008], 'give-up', '消息内容超出长度限制', '请缩短正文、语音，或减少图文条数。'],
  [[50100, 60268], 'start-over', '分页游标无效', nothing],
  [81017, 'give-up', '一次查询的数据过多', report],
  [
    [40201, 40204],
    'give-up',
    '内容或行为触发了平台反垃圾规则',
    '请修改措辞，暂停对同一批客户的发送，并在管理后台查看违规提醒。',
  ],
  [
    [40007, 40145],
    'resync',
    '素材 media_id 无效或已过期（3 天）',
    '系统会重新上传素材；若仍失败，请重新选择图片或文件。',
  ],

  // Contacts, tags, contact ways
  [
    84061,
    'gone',
    '成员与该客户没有好友关系（已删除，或客户免验证添加后成员尚未通过）',
    '如需继续跟进，请成员重新添加该客户。',
  ],
  [84084, 'give-up', '成员不是该客户的跟进人，或跟进人不在应用可见范围内', scope],
  [40096, 'give-up', '外部联系人 ID 不合法，或其跟进人不在应用可见范围内', scope],
  [40068, 'resync', '标签或标签组不存在', '系统会重新同步标签；若标签是刚在后台删除的，请检查业务规则里是否还在使用。'],
  [40071, 'resync', '标签名已存在', nothing],
  [40072, 'give-up', '标签名为空或超过 30 个字', '请改短标签名。'],
  [40126, 'wait-operator', '企业标签数量已达上限', '管理后台 → 客户与上下游 → 客户联系 → 客户标签，删除不用的标签。'],
  [40144, 'give-up', '该客户身上的标签数量已达上限', '请在客户详情中删除不用的标签。'],
  [81011, 'give-up', '不能修改其他应用或管理后台创建的标签', '请到管理后台修改，或另建一个由本系统创建的标签。'],
  [41041, 'give-up', '「联系我」的使用成员数量不对', '单人活码恰好选 1 人，多人活码最多 100 人。'],
  [41044, 'gone', '「联系我」不存在', '该活码已在别处删除，请重新创建。'],
  [41045, 'wait-operator', '「联系我」数量已达上限（50 万）', '请删除不再使用的渠道活码。'],
  [
    [41095, 41098, 41200],
    'wait-operator',
    '获客链接受限（数量已满、已授权给其他应用，或经营类目不支持）',
    '管理后台 → 客户与上下游 → 获客助手，检查链接数量、可调用应用与经营类目。',
  ],
  [41201, 'start-over', 'chat_key 无效或已过期（30 分钟）', nothing],

  // Welcome and group send
  [
    [41049, 41050],
    'give-up',
    '欢迎语凭证无效，或已超过 20 秒',
    '若经常出现，请检查服务器与企业微信之间的网络，以及任务进程是否在运行。',
  ],
  [
    41051,
    'give-up',
    '已开始聊天，或欢迎语已由其他应用发出',
    '管理后台 → 应用管理，检查是否有其他能读取客户的应用也在发欢迎语；管理后台自带的欢迎语也会占用。',
  ],
  [41096, 'retry-once', '欢迎语正由其他应用发送', '请检查是否有其他应用也在发欢迎语，只保留一处。'],
  [41053, 'give-up', '客户尚未同意会话存档', '需客户同意存档后才能发送。'],
  [[41046, 41047], 'gone', '群发任务不存在', '该任务可能已在别处删除。'],
  [41048, 'give-up', '没有可以发送的客户', '请检查所选客户是否仍是成员的好友。'],
  [41063, 'later', '群发任务仍在派发', nothing],
  [41064, 'give-up', '附件超过 9 个', '请减少附件。'],
  [[41065, 41072], 'give-up', '附件类型不支持，或素材来自别的上传接口', '请重新上传附件。'],
  [41093, 'gone', '群发任务已取消', '如需发送，请重新创建任务。'],
  [41094, 'give-up', '提醒过于频繁（同一任务 24 小时最多 3 次）', '请明天再提醒，或当面请成员确认。'],
  [41210, 'wait-window', '发表朋友圈任务超过频率限制', nothing],

  // Transfer and groups
  [40097, 'give-up', '原跟进人尚未离职', '在职继承与离职继承是两个入口，请选择在职继承。'],
  [40099, 'give-up', '接替成员的客户数已满', '请换一位接替成员。'],
  [[40100, 40129], 'later', '客户正在转接中', '请等待本次转接完成（24 小时内自动完成）。'],
  [40128, 'give-up', '该客户 90 天内已转接过 2 次', '请改用「引荐」：把新同事的名片或活码发给客户。'],
  [40130, 'give-up', '原跟进人与接替成员是同一人', '请换一位接替成员。'],
  [40131, 'give-up', '原成员不是该客户的跟进人', '请刷新客户资料后再试。'],
  [40143, 'give-up', '接替成员被限制添加客户', '请该成员在企业微信 App 中查看限制原因，或换一位接替成员。'],
  [49008, 'gone', '客户群已解散', nothing],
  [
    [90500, 90501, 90502, 90503, 90504, 90505, 90506, 90507, 90508, 90509, 90510, 90511],
    'give-up',
    '客户群不能转接或群 ID 不合法',
    '请核对群主是否离职、该群是否为客户群。',
  ],

  // App messages and cards
  [81013, 'give-up', '接收人全部无效', scope],
  [82001, 'give-up', '没有指定接收人', report],
  [[82101, 82102], 'give-up', '卡片更新的对象无效', report],
  [60140, 'start-over', '卡片 response_code 无效、已过期（72 小时）或已用过', nothing],
  [
    [42014, 42015, 42016, 42017, 42018].concat(Array.from({ length: 25 }, (_, index) => 42027 + index)),
    'give-up',
    '模板卡片内容不合法',
    report,
  ],
  [[46003, 46004], 'gone', '应用还没有菜单', '运行 npm run doctor，会自动创建菜单。'],
  [42052, 'give-up', '消息已超过 24 小时，不能撤回', nothing],
  [
    43012,
    'wait-operator',
    '应用没有设置回调 URL，不能发送可点击的卡片',
    '管理后台 → 应用管理 → 本应用 → 接收消息 → 设置API接收，填好 URL、Token、EncodingAESKey。',
  ],

  // Sign-in and JS-SDK
  [[40029, 42003, 42022], 'start-over', '登录 code 无效、已过期或已使用', '请重新打开页面登录。'],
  [[84014, 84015, 84025], 'start-over', '登录凭证已过期或无效', '请重新打开页面登录。'],
  [
    50001,
    'wait-operator',
    '回调域名与可信域名不一致',
    '管理后台 → 应用管理 → 本应用 → 网页授权及JS-SDK → 设置可信域名，与 PUBLIC_URL 的域名（含端口）完全一致。',
  ],
  [
    [40093, 42012, 91040],
    'start-over',
    'JS-SDK 签名或 ticket 无效',
    '请刷新页面；仍失败时检查可信域名与 PUBLIC_URL 是否一致。',
  ],

  // 微信客服
  [95001, 'wait-customer', '客户上次发言后已回复满 5 条', '请等客户再次发言，或改用群发、成员一键发送。'],
  [95002, 'wait-customer', '距客户上次发言已超过 48 小时', '请等客户再次发言，或改用群发、成员一键发送。'],
  [95031, 'wait-customer', '客户 48 小时内没有发言', '请等客户再次发言。'],
  [95003, 'wait-operator', '企业尚未认证', '管理后台 → 我的企业 → 企业认证。'],
  [95005, 'wait-operator', '客服账号数量已达上限', '管理后台 → 应用管理 → 微信客服，删除不用的客服账号。'],
  [
    [60252, 95000, 95004],
    'give-up',
    '客服账号不存在',
    '管理后台 → 应用管理 → 微信客服 → 客服账号，核对账号并授权给本应用。',
  ],
  [95007, 'start-over', '拉取客服消息的凭证已失效', nothing],
  [95008, 'give-up', '菜单消息超过 10 项', '请减少菜单项。'],
  [
    [95011, 95012],
    'wait-operator',
    '客服账号由另一种模式管理，Secret 不匹配',
    '管理后台 → 应用管理 → 微信客服 → API，改为由「可调用接口的应用」管理，并勾选本应用。',
  ],
  [95013, 'wait-customer', '会话已结束', '请等客户再次发起会话。'],
  [
    [95014, 95016, 95018, 95019],
    'give-up',
    '当前会话状态不允许该操作，或接待人员不可用',
    '请在微信客服中确认接待人员已开启接待，且会话未被他人接入。',
  ],
  [95033, 'already-done', 'msgid 重复，消息已经提交过', nothing],

  // Archive
  [
    [301042, 301052, 301053, 301058, 301059, 301060, 301061],
    'wait-operator',
    '会话存档未开通、已过期、IP 未授权或数据过大',
    '管理后台 → 管理工具 → 会话内容存档，检查开通状态与可信 IP。',
  ],
]

const table = new Map<number, Errcode>()
for (const [codes, what, meaning, operator] of rows) {
  for (const code of [codes].flat()) {
    if (table.has(code)) throw new Error(`errcode ${code} stands twice`)
    table.set(code, { what, meaning, operator })
  }
}

/** Every errcode of the table, for tests and documentation. */
export const knownErrcodes: readonly number[] = [...table.keys()]
