import { WecomError } from '../errcodes.ts'
import { bytes, type Fields, object, objects, text, whole } from '../fields.ts'

const interactive = ['button_interaction', 'vote_interaction', 'multiple_interaction']
const notices = ['text_notice', 'news_notice']

/** Refuses a template card the platform would refuse (WeCom doc 90236). @throws 42014 … 42051 */
export function checkCard(card: Fields, { update = false } = {}) {
  const type = text(card, 'card_type') ?? ''
  if (![...interactive, ...notices].includes(type)) throw new WecomError(42050)
  const menu = object(card, 'action_menu')
  if (menu) checkMenu(menu)
  const taskId = text(card, 'task_id')
  if (!taskId && !update && (interactive.includes(type) || menu)) throw new WecomError(42014, 'missing task_id')
  if (taskId && (!/^[0-9A-Za-z_@-]+$/.test(taskId) || bytes(taskId) > 128)) throw new WecomError(42014)
  const title = text(object(card, 'main_title') ?? {}, 'title')
  if (!title && (type !== 'text_notice' || !text(card, 'sub_title_text')))
    throw new WecomError(42027, 'missing main_title.title')
  if (notices.includes(type)) checkAction(object(card, 'card_action'), true)
  else checkAction(object(card, 'card_action'), false)
  if (type === 'news_notice') {
    const image = object(card, 'card_image')
    const ratio = image?.aspect_ratio
    if (!image || !text(image, 'url')) throw new WecomError(42027, 'missing card_image.url')
    if (ratio !== undefined && (typeof ratio !== 'number' || ratio < 1.3 || ratio > 2.25)) throw new WecomError(42049)
  }
  const rows = objects(card, 'horizontal_content_list')
  if (rows.length > 6 || rows.some((row) => !text(row, 'keyname') || !rowTargets(row))) throw new WecomError(42039)
  const columns = objects(card, 'vertical_content_list')
  if (columns.length > 4 || columns.some((row) => !text(row, 'title'))) throw new WecomError(42040)
  const jumps = objects(card, 'jump_list')
  if (jumps.length > 3 || jumps.some((row) => !text(row, 'title'))) throw new WecomError(42041)
  if (type === 'button_interaction') checkButtons(card)
  if (type === 'vote_interaction') {
    const box = object(card, 'checkbox')
    const options = box ? objects(box, 'option_list') : []
    if (!box || !text(box, 'question_key') || options.length < 1 || options.length > 20) throw new WecomError(42036)
    checkOptions(options, 42036)
    checkSubmit(card)
  }
  if (type === 'multiple_interaction') {
    const selects = objects(card, 'select_list')
    if (selects.length < 1 || selects.length > 3) throw new WecomError(42036)
    const keys = selects.map((select) => text(select, 'question_key'))
    if (keys.some((key) => !key) || new Set(keys).size < keys.length) throw new WecomError(42036)
    for (const select of selects) checkOptions(objects(select, 'option_list'), 42036, 10)
    checkSubmit(card)
  }
}

/** Whether a press on this card needs a callback URL. */
export function callsBack(card: Fields): boolean {
  const type = text(card, 'card_type') ?? ''
  if (type === 'button_interaction')
    return objects(card, 'button_list').some((button) => (whole(button, 'type') ?? 0) === 0)
  return interactive.includes(type) || object(card, 'action_menu') !== undefined
}

/** Every key whose press is an event, with whether it belongs to the corner menu. */
export function keysOf(card: Fields): Map<string, 'button' | 'menu'> {
  const keys = new Map<string, 'button' | 'menu'>()
  for (const button of objects(card, 'button_list'))
    if ((whole(button, 'type') ?? 0) === 0) keys.set(text(button, 'key') ?? '', 'button')
  const submit = text(object(card, 'submit_button') ?? {}, 'key')
  if (submit) keys.set(submit, 'button')
  for (const action of objects(object(card, 'action_menu') ?? {}, 'action_list'))
    keys.set(text(action, 'key') ?? '', 'menu')
  return keys
}

/** The options by question; what a press may select from. */
export function questionsOf(
  card: Fields,
): Map<string, { title: string; multiple: boolean; options: Fields[]; preset?: string }> {
  const questions = new Map<string, { title: string; multiple: boolean; options: Fields[]; preset?: string }>()
  const add = (source: Fields | undefined, multiple: boolean) => {
    const key = source && text(source, 'question_key')
    if (source && key)
      questions.set(key, {
        title: text(source, 'title') ?? '',
        multiple,
        options: objects(source, 'option_list'),
        preset: text(source, 'selected_id'),
      })
  }
  add(object(card, 'button_selection'), false)
  const box = object(card, 'checkbox')
  add(box, box ? whole(box, 'mode') === 1 : false)
  for (const select of objects(card, 'select_list')) add(select, false)
  return questions
}

function checkMenu(menu: Fields) {
  const actions = objects(menu, 'action_list')
  const keys = actions.map((action) => text(action, 'key'))
  if (actions.length < 1 || actions.length > 3 || keys.some((key) => !key) || new Set(keys).size < keys.length)
    throw new WecomError(42051)
}

function checkAction(action: Fields | undefined, needed: boolean) {
  const type = action ? (whole(action, 'type') ?? 0) : 0
  if (needed && (!action || type === 0)) throw new WecomError(42045)
  if (action && type === 1 && !text(action, 'url')) throw new WecomError(42045)
  if (action && type === 2 && !text(action, 'appid')) throw new WecomError(42045)
}

function rowTargets(row: Fields): boolean {
  const type = whole(row, 'type') ?? 0
  if (type === 1) return Boolean(text(row, 'url'))
  if (type === 2) return Boolean(text(row, 'media_id'))
  if (type === 3) return Boolean(text(row, 'userid'))
  return type === 0
}

function checkButtons(card: Fields) {
  const buttons = objects(card, 'button_list')
  if (buttons.length < 1 || buttons.length > 6 || buttons.some((button) => !text(button, 'text')))
    throw new WecomError(42031)
  const keys: string[] = []
  for (const button of buttons) {
    const style = whole(button, 'style')
    if (style !== undefined && (style < 1 || style > 4)) throw new WecomError(42031)
    if (whole(button, 'type') === 1) {
      if (!text(button, 'url')) throw new WecomError(42031)
      continue
    }
    const key = text(button, 'key')
    if (!key || bytes(key) > 1024) throw new WecomError(42017)
    keys.push(key)
  }
  if (new Set(keys).size < keys.length) throw new WecomError(42018)
  const selection = object(card, 'button_selection')
  if (selection) {
    if (!text(selection, 'question_key')) throw new WecomError(42034)
    checkOptions(objects(selection, 'option_list'), 42034, 10)
  }
}

function checkOptions(options: Fields[], errcode: number, max = 20) {
  const ids = options.map((option) => text(option, 'id'))
  if (options.length < 1 || options.length > max) throw new WecomError(errcode)
  if (ids.some((id) => !id || bytes(id) > 128) || new Set(ids).size < ids.length) throw new WecomError(errcode)
  if (options.some((option) => !text(option, 'text'))) throw new WecomError(errcode)
}

function checkSubmit(card: Fields) {
  const submit = object(card, 'submit_button')
  if (!submit || !text(submit, 'text')) throw new WecomError(42017)
  const key = text(submit, 'key')
  if (!key || bytes(key) > 1024) throw new WecomError(42017)
}
