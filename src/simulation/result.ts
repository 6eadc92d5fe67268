import type { House } from '../house.ts'
import { diffPlaybooks } from '../playbook/diff.ts'
import { nominationRules } from '../scoring/nominate.ts'
import { placed, recordedPlacings, type Side } from './placing.ts'
import { rulesOf, type Simulation, windowOf } from './steps.ts'
import { estimate } from './tally.ts'

/** Said with every answer: what a simulation takes from history and what it supposes. */
const supposes = [
  '照历史重放：客户的行为和来源、同事的结论和流转、约定的再联系日期。',
  '重新判断：谁在什么时候进审核、原因之后歇多久、审核时限。两边用的都是现行系统的同一套算法。',
  '审核提早或推迟时，同事照历史上那样久（按上班时间）才给结论，后面的流转跟着移。',
  '历史上没有人判断过的，MQL 和超时按同等级的比例估计，给出 95% 区间（Wilson）。',
  '资料、员工、名单都按今天的；窗口以前的行为按当时累计的次数重新计分。',
  '「现行」一栏也是重放：当时可能是更早的版本，与真实数字的差别见 recorded。',
  '派单：两边各自按时间先后重新派，选人用现行系统的同一套规则；轮转从今天往回推到窗口开始，休假按每次派单当时记下的，员工资料、权重和标签按今天的。',
  '同事对同一条线索的答复照历史；历史上没派给他的，取他自己最近的一次真实答复（不足五次的取全体的），由线索编号决定取哪一次，所以两边一样。',
  '接下以后占用多久照历史；没有结局的按中位数。没有人判断过的，按比例凑满一条就派一条；区间同时算了最少和最多的情形，以及答复本身的不确定。',
  '没有人能接的记一次，历史上再派时再派；promises 仍是历史上的派单、答复和首次联系，按各自的时限算谁超时。',
]

/** What a simulation comes to, both sides beside what really happened. */
export async function resultOf(house: House, state: Simulation): Promise<Record<string, unknown>> {
  const rules = await rulesOf(house, state)
  const window = windowOf(state, rules.current)
  const [recorded] = await house.db.query<{ nominations: number; mql: number }>(
    `SELECT count(*) FILTER (WHERE c.actor = 'system' AND c.rule = ANY($3) AND c.to_desk = 'review') AS nominations,
       count(*) FILTER (WHERE c.to_desk = 'sales' AND c.from_desk IS DISTINCT FROM 'sales') AS mql
     FROM stage_changes c JOIN leads l ON l.id = c.lead_id WHERE c.at >= $1 AND c.at < $2 AND l.merged_into IS NULL`,
    [window.from, window.to, [...nominationRules]],
  )
  const sideOf = (side: Side) => {
    const tally = state[side]
    const { nominations, leads, byRule, reviewed, waiting, byGrade } = tally
    return {
      nominations,
      leads,
      byRule,
      reviewed,
      unjudged: Object.values(byGrade).reduce((sum, { unknown }) => sum + unknown, 0),
      waiting,
      mql: estimate(tally, 'qualified'),
      lateReviews: estimate(tally, 'late'),
      promises: tally.promises,
      placing: state.lanes && state.team ? placed(state.lanes[side], state.team, rules[side]) : null,
    }
  }
  return {
    base: state.base,
    from: state.from,
    to: state.to,
    changes: diffPlaybooks(rules.current.playbook, rules.changed.playbook),
    current: sideOf('current'),
    changed: sideOf('changed'),
    recorded: { ...recorded, placing: await recordedPlacings(house.db, window, rules.current) },
    supposes,
  }
}
