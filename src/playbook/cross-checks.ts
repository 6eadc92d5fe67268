import type { Playbook } from './schema.ts'

type Fault = (path: (string | number)[], message: string) => void
interface Context {
  addIssue(issue: { code: 'custom'; path: (string | number)[]; message: string }): void
}

/** What no part of a playbook can say of itself: that the names it uses exist elsewhere, and that the whole holds together. */
export function checkPlaybook(playbook: Playbook, ctx: Context): void {
  const fault: Fault = (path, message) => ctx.addIssue({ code: 'custom', path, message })
  checkStages(playbook, fault)
  checkEdges(playbook, fault)
  checkReasons(playbook, fault)
  checkScore(playbook, fault)
  checkAccounts(playbook, fault)
  checkRest(playbook, fault)
}

function checkStages({ stages }: Playbook, fault: Fault): void {
  if (Object.keys(stages).length === 0) fault(['stages'], '至少要有一个阶段')
  for (const [id, { name, tag }] of Object.entries(stages)) {
    const text = tag ?? `${id} · ${name}`
    if (!text.includes(id)) fault(['stages', id, 'tag'], `标签要包含阶段 id「${id}」`)
    if ([...text].length > 30) fault(['stages', id, 'tag'], '标签不能超过 30 个字')
  }
  // A tag is read back by the id inside it, so no id may hide in another.
  const ids = Object.keys(stages)
  for (const id of ids)
    for (const other of ids)
      if (id !== other && (stages[other]?.tag ?? other).includes(id) && !other.includes(id))
        fault(['stages', other, 'tag'], `标签里出现了另一个阶段的 id「${id}」`)
}

function checkEdges({ stages, desks, edges, verdicts, reasons }: Playbook, fault: Fault): void {
  const knownStage = (stage: string, joker: string) => stage === joker || Object.hasOwn(stages, stage)
  const knownDesk = (desk: string, joker: string) => desk === joker || Object.hasOwn(desks, desk)
  unique(
    edges,
    (edge) => edge.id,
    (index, id) => fault(['edges', index, 'id'], `流转「${id}」写了两次`),
  )
  edges.forEach((edge, index) => {
    const [toStage = '', toDesk = ''] = edge.to.split('@')
    if (!knownStage(toStage, '=')) fault(['edges', index, 'to'], `没有阶段「${toStage}」`)
    if (!knownDesk(toDesk, '=')) fault(['edges', index, 'to'], `没有工位「${toDesk}」`)
    if (edge.from.length === 0 && (toStage === '=' || toDesk === '='))
      fault(['edges', index, 'to'], '没有来处的流转不能写 =')
    edge.from.forEach((from, at) => {
      const [stage = '', desk = ''] = from.split('@')
      if (!knownStage(stage, '*')) fault(['edges', index, 'from', at], `没有阶段「${stage}」`)
      if (!knownDesk(desk, '*')) fault(['edges', index, 'from', at], `没有工位「${desk}」`)
    })
    if (edge.reasons !== undefined && !Object.hasOwn(reasons, edge.reasons))
      fault(['edges', index, 'reasons'], `没有原因表「${edge.reasons}」`)
    if (edge.on.startsWith('verdict.') && !Object.hasOwn(verdicts, edge.on.slice('verdict.'.length)))
      fault(['edges', index, 'on'], `没有结论「${edge.on.slice('verdict.'.length)}」`)
  })
  const on = new Set(edges.map((edge) => edge.on))
  if (!edges.some((edge) => edge.on === 'intake' && edge.from.length === 0))
    fault(['edges'], '缺少 intake：新线索没有去处')
  for (const verb of ['nominate', 'unplaced', 'return']) if (!on.has(verb)) fault(['edges'], `缺少 ${verb} 的流转`)
  for (const id of Object.keys(verdicts))
    if (!on.has(`verdict.${id}`)) fault(['verdicts', id], '没有哪条流转用到这个结论')
}

function checkReasons({ verdicts, reasons }: Playbook, fault: Fault): void {
  for (const [id, verdict] of Object.entries(verdicts))
    if (!Object.hasOwn(reasons, verdict.reasons)) fault(['verdicts', id, 'reasons'], `没有原因表「${verdict.reasons}」`)
  for (const [list, { options }] of Object.entries(reasons))
    unique(
      options,
      (option) => option.id,
      (index, id) => fault(['reasons', list, 'options', index, 'id'], `原因「${id}」写了两次`),
    )
  const decline = reasons.decline
  if (!decline) fault(['reasons', 'decline'], '缺少派单卡片上的拒绝原因')
  // WeCom: button_selection.option_list holds 1–10.
  else if (decline.options.length > 10) fault(['reasons', 'decline', 'options'], '派单卡片最多放 10 个原因')
}

function checkScore({ score, review }: Playbook, fault: Fault): void {
  unique(
    score.fit,
    (dimension) => dimension.field,
    (index, field) => fault(['score', 'fit', index, 'field'], `「${field}」写了两次`),
  )
  const { fit, fitRest, intent, intentRest } = score.grades
  for (const [name, rungs, rest] of [
    ['fit', fit, fitRest],
    ['intent', intent, intentRest],
  ] as const) {
    rungs.forEach(({ from }, index) => {
      const above = rungs[index - 1]
      if (above && above.from <= from) fault(['score', 'grades', name, index, 'from'], '等级要从高到低写')
    })
    unique(
      [...rungs, { id: rest }],
      (rung) => rung.id,
      (index, id) => fault(['score', 'grades', name, index, 'id'], `等级「${id}」写了两次`),
    )
  }
  if (![...fit.map((rung) => rung.id), fitRest].includes(review.badFit))
    fault(['review', 'badFit'], `没有契合等级「${review.badFit}」`)
}

function checkAccounts({ accounts, stages, reasons }: Playbook, fault: Fault): void {
  const { roles, opportunity } = accounts
  unique(
    roles,
    (role) => role.id,
    (index, id) => fault(['accounts', 'roles', index, 'id'], `角色「${id}」写了两次`),
  )
  for (const part of ['stage', 'won'] as const) {
    const stage = opportunity[part]
    if (stage !== undefined && !Object.hasOwn(stages, stage))
      fault(['accounts', 'opportunity', part], `没有阶段「${stage}」`)
  }
  if (opportunity.lost !== undefined && !Object.hasOwn(reasons, opportunity.lost))
    fault(['accounts', 'opportunity', 'lost'], `没有原因表「${opportunity.lost}」`)
  if (opportunity.stage !== undefined && opportunity.steps.length === 0)
    fault(['accounts', 'opportunity', 'steps'], '商机至少要有一步')
  unique(
    opportunity.steps,
    (step) => step.id,
    (index, id) => fault(['accounts', 'opportunity', 'steps', index, 'id'], `步骤「${id}」写了两次`),
  )
  // A record of what happened ticks an item by its name alone, whichever step it stands in.
  unique(
    opportunity.steps.flatMap(({ checklist }) => checklist),
    (item) => item.id,
    (_, id) => fault(['accounts', 'opportunity', 'steps'], `清单里「${id}」写了两次`),
  )
}

function checkRest({ routing, tagGroups, stageTagGroup, qualification, redLineRules }: Playbook, fault: Fault): void {
  unique(
    redLineRules,
    (rule) => rule.id,
    (index, id) => fault(['redLineRules', index, 'id'], `红线规则「${id}」写了两次`),
  )
  unique(
    routing.rules,
    (rule) => rule.id,
    (index, id) => fault(['routing', 'rules', index, 'id'], `规则「${id}」写了两次`),
  )
  unique(
    tagGroups,
    (group) => group.id,
    (index, id) => fault(['tagGroups', index, 'id'], `标签组「${id}」写了两次`),
  )
  unique(
    tagGroups,
    (group) => group.name,
    (index, name) => fault(['tagGroups', index, 'name'], `标签组「${name}」写了两次`),
  )
  tagGroups.forEach((group, index) => {
    if (group.kind !== 'stage') return
    if (group.name !== stageTagGroup)
      fault(['tagGroups', index, 'name'], `阶段标签组的名字要与 stageTagGroup「${stageTagGroup}」一致`)
    if (!group.exclusive) fault(['tagGroups', index, 'exclusive'], '阶段标签组必须互斥')
  })
  unique(
    qualification,
    (item) => item.id,
    (index, id) => fault(['qualification', index, 'id'], `「${id}」写了两次`),
  )
}

function unique<T>(items: readonly T[], key: (item: T) => string, onTwice: (index: number, key: string) => void): void {
  const seen = new Set<string>()
  items.forEach((item, index) => {
    const name = key(item)
    if (seen.has(name)) onTwice(index, name)
    seen.add(name)
  })
}
