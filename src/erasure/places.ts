/** A person as his rows know him. */
export interface Person {
  /** The lead and its aliases. */
  leads: readonly string[]
  /** What he is called in WeCom and on our pages. */
  externals: readonly string[]
  visitors: readonly string[]
  /** Deals nobody else takes part in. */
  deals: readonly string[]
}

/** A table that knows something of a person. */
export interface Place {
  table: string
  /** Which rows; of the person's leads ($1), externals ($2), visitors ($3) and deals ($4). */
  where: string
  /** What erasing does: rows go, what names him is blanked, or nothing, because only ids and numbers of ours stand there. */
  erase: 'delete' | 'keep' | { set: string }
  /** What the rows are, for whoever reads the file; left out: nothing in them that is his. */
  say?: string
}

const lead = (column = 'lead_id') => `${column} = ANY($1)`
const external = (column = 'external_userid') => `${column} = ANY($2)`
const ofMessages = 'message_id IN (SELECT id FROM messages WHERE lead_id = ANY($1))'
const ofEnrolments = 'enrolment IN (SELECT id FROM enrolments WHERE lead_id = ANY($1))'
const ofOffers = 'offer_id IN (SELECT id FROM offers WHERE lead_id = ANY($1))'

/**
 * Every place a person is known in, in the order in which they may be emptied. A test holds this against the database: a table
 * that knows of leads and is not here fails it.
 */
export const places: readonly Place[] = [
  { table: 'review_queue', where: lead(), erase: 'delete', say: '审核队列' },
  { table: 'verdicts', where: lead(), erase: 'delete', say: '审核结论' },
  { table: 'qualifications', where: lead(), erase: 'delete', say: '资格' },
  { table: 'follow_ups', where: lead(), erase: 'delete' },
  { table: 'todos', where: ofMessages, erase: 'delete' },
  { table: 'approvals', where: ofMessages, erase: 'delete' },
  { table: 'cards', where: ofOffers, erase: { set: 'message_id = NULL' } },
  { table: 'cards', where: `${ofMessages} OR subject = ANY($1)`, erase: 'delete' },
  { table: 'webhook_calls', where: lead(), erase: 'delete', say: '外部系统调用' },
  { table: 'enrolment_steps', where: ofEnrolments, erase: 'delete', say: '旅程里的每一步' },
  { table: 'enrolments', where: lead(), erase: 'delete', say: '培育旅程' },
  { table: 'journey_marks', where: lead(), erase: 'delete' },
  {
    table: 'messages',
    where: `${lead()} OR person = ANY($1) OR ${external('recipient')}`,
    erase: 'delete',
    say: '消息',
  },
  { table: 'channel_shut', where: external('recipient'), erase: 'delete' },
  { table: 'hearings', where: `${lead()} OR ${external('who')}`, erase: 'delete', say: '说过、还没答的话' },
  { table: 'promises', where: `${lead()} OR ${external()}`, erase: 'delete', say: '答应回复他的' },
  { table: 'missed_questions', where: lead(), erase: 'delete', say: '没答上的问题' },
  { table: 'bookings', where: lead(), erase: 'delete', say: '约好的时间' },
  { table: 'declined_topics', where: lead(), erase: 'delete', say: '不想听的' },
  { table: 'job_leads', where: lead(), erase: 'delete' },
  { table: 'visits', where: `${lead()} OR visitor_id = ANY($3)`, erase: 'delete', say: '浏览' },
  {
    table: 'visits',
    where: `${lead('from_lead')} OR from_visitor = ANY($3)`,
    erase: { set: 'from_lead = NULL, from_visitor = NULL' },
  },
  { table: 'visitors', where: 'id = ANY($3)', erase: 'delete', say: '浏览时的身份' },
  { table: 'links', where: lead(), erase: 'delete', say: '发给他的链接' },
  { table: 'reading_alerts', where: lead(), erase: 'delete' },
  { table: 'tasks', where: `${lead()} OR opportunity_id = ANY($4)`, erase: 'delete', say: '待办' },
  { table: 'opportunity_ticks', where: 'opportunity_id = ANY($4)', erase: 'keep' },
  { table: 'opportunity_changes', where: 'opportunity_id = ANY($4)', erase: 'keep', say: '商机的每一步' },
  { table: 'opportunity_people', where: lead(), erase: 'delete', say: '参与的商机' },
  {
    table: 'opportunities',
    where: 'id = ANY($4)',
    erase: { set: "name = '', competitors = '{}', next_step = NULL" },
    say: '商机',
  },
  { table: 'opportunities', where: lead(), erase: 'keep' },
  { table: 'offers', where: lead(), erase: 'keep', say: '派单' },
  { table: 'live_codes', where: lead(), erase: { set: 'lead_id = NULL' } },
  { table: 'transfers', where: `${lead()} OR ${external()}`, erase: 'delete', say: '转接' },
  { table: 'kf_sessions', where: `${lead()} OR ${external()}`, erase: 'delete', say: '微信客服会话' },
  { table: 'newcomers', where: external(), erase: 'delete' },
  { table: 'follow_tags', where: external(), erase: 'delete', say: '企业微信里的标签' },
  { table: 'follows', where: `${lead()} OR ${external()}`, erase: 'delete', say: '好友关系' },
  { table: 'group_members', where: 'member = ANY($2) AND NOT is_staff', erase: 'delete', say: '所在的客户群' },
  { table: 'lead_tags', where: lead(), erase: 'delete', say: '标签' },
  { table: 'segment_members', where: lead(), erase: 'delete', say: '所在的人群' },
  { table: 'segment_marks', where: lead(), erase: 'delete' },
  { table: 'account_people', where: lead(), erase: 'delete', say: '公司' },
  { table: 'accounts', where: lead('top_lead'), erase: { set: 'top_lead = NULL' } },
  { table: 'score_days', where: lead(), erase: 'delete', say: '行为计分' },
  { table: 'scores', where: lead(), erase: 'delete', say: '评分' },
  { table: 'consents', where: lead(), erase: 'delete', say: '同意与退订' },
  { table: 'touches', where: lead(), erase: 'delete', say: '来源' },
  { table: 'merge_suggestions', where: `${lead('a')} OR ${lead('b')}`, erase: 'delete' },
  { table: 'merges', where: `${lead('winner')} OR ${lead('loser')}`, erase: 'delete', say: '合并' },
  { table: 'stage_changes', where: lead(), erase: 'keep', say: '走过的阶段' },
  { table: 'arrivals', where: lead(), erase: 'keep' },
  { table: 'arrival_marks', where: lead(), erase: 'keep' },
  { table: 'notes', where: lead(), erase: 'delete', say: '同事写下的话' },
  { table: 'timeline', where: lead(), erase: 'delete', say: '时间线' },
  { table: 'job_rows', where: lead(), erase: { set: 'lead_id = NULL, problem = NULL' } },
  { table: 'simulated_arrivals', where: lead(), erase: 'delete' },
  { table: 'inbox_hands', where: external('subject'), erase: 'delete' },
  { table: 'inbox', where: external('subject'), erase: 'delete', say: '企业微信送来的事件' },
  { table: 'identities', where: lead(), erase: 'delete', say: '身份' },
  { table: 'sample_leads', where: lead(), erase: 'delete' },
  {
    table: 'leads',
    where: lead('id'),
    erase: {
      set: `merged_into = id, name = '', company = NULL, title = NULL, industry = NULL, region = NULL, size = NULL, attributes = '{}', owner = NULL,
        first_source = NULL, last_source = NULL, blocked = NULL, cool_until = NULL, paused_until = NULL, automation = false, marketing = 'denied',
        version = version + 1`,
    },
    say: '资料',
  },
  // Its company is counted anew; written by the triggers of what went before.
  { table: 'account_marks', where: lead(), erase: 'keep' },
]
