import type { Router } from '@koa/router'
import type { House } from '../house.ts'
import { describeApi, type OpenApi } from './openapi.ts'
import { html, sendPage } from './page.ts'
import type { Route } from './route.ts'

/** The API as data, and as a page that needs nothing from anywhere. */
export function addDocs(router: Router, house: House, routes: readonly Route[]): void {
  let known: OpenApi | undefined
  const read = (): OpenApi => {
    known ??= describeApi(routes, house.config.publicUrl)
    return known
  }
  router.get('/api/openapi.json', (ctx) => {
    ctx.body = read()
  })
  router.get('/api/docs', (ctx) => {
    sendPage(ctx, { title: 'Bowtie API', style, body: bodyOf(read()) })
  })
}

interface Operation {
  tags?: string[]
  summary?: string
  description?: string
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[]
  requestBody?: { content: Record<string, { schema?: Schema }> }
  responses: Record<string, { description: string; content?: Record<string, { schema?: Schema }> }>
}

interface Schema {
  $ref?: string
  type?: string | string[]
  format?: string
  enum?: unknown[]
  const?: unknown
  description?: string
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: Schema | boolean
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

function bodyOf(document: OpenApi): string {
  const groups = new Map<string, string[]>()
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(item as Record<string, Operation>)) {
      const group = operation.tags?.[0] ?? ''
      groups.set(group, [...(groups.get(group) ?? []), operationOf(method, path, operation)])
    }
  }
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>)
  return html`<h1>Bowtie API</h1><p>${document.info.description ?? ''}</p>
    <p>认证：<code>Authorization: Bearer API_TOKEN</code>，可加 <code>Act-As: userid</code>；浏览器用登录后的会话。机器可读的定义在 <a href="/api/openapi.json">openapi.json</a>。</p>
    <nav>${[...groups.keys()].map((group) => html`<a href="#${group}">${group}</a> `)}<a href="#schemas">数据形状</a></nav>
    ${[...groups].map(([group, operations]) => html`<h2 id="${group}">${group}</h2>${operations}`)}
    <h2 id="schemas">数据形状</h2>
    ${schemas.map(([name, schema]) => html`<details id="schema-${name}"><summary><code>${name}</code> ${schema.description ?? ''}</summary>${[fieldsOf(schema)]}</details>`)}`
}

function operationOf(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).filter((one) => one.in !== 'header')
  const body = Object.entries(operation.requestBody?.content ?? {})[0]
  const answers = Object.entries(operation.responses).filter(([status]) => status < '300')
  return html`<details class="call"><summary><b class="${method}">${method.toUpperCase()}</b> <code>${path}</code> <span>${operation.summary ?? ''}</span></summary>
    <p>${operation.description ?? ''}</p>
    ${parameters.length > 0 ? [html`<h3>参数</h3><ul>${parameters.map((one) => html`<li><code>${one.name}</code>${one.required ? '（必填）' : ''} ${[typeOf(one.schema)]} ${one.description ?? ''}</li>`)}</ul>`] : []}
    ${body ? [html`<h3>内容 <small>${body[0]}</small></h3>`, shapeOf(body[1].schema)] : []}
    ${answers.map(([status, { content }]) => html`<h3>答 ${status}</h3>${[shapeOf(content?.['application/json']?.schema)]}`)}</details>`
}

function shapeOf(schema: Schema | undefined): string {
  if (!schema) return '<p>没有内容</p>'
  return schema.properties ? fieldsOf(schema) : html`<p>${[typeOf(schema)]}</p>`
}

function fieldsOf(schema: Schema): string {
  const required = new Set(schema.required)
  const fields = Object.entries(schema.properties ?? {})
  if (fields.length === 0) return html`<p>${[typeOf(schema)]}</p>`
  return html`<ul>${fields.map(([name, field]) => html`<li><code>${name}</code>${required.has(name) ? '' : '（可省）'} ${[typeOf(field)]} ${field.description ?? ''}</li>`)}</ul>`
}

/** A type in a few words, as markup. */
function typeOf(schema: Schema | undefined): string {
  if (!schema) return ''
  const name = schema.$ref?.split('/').at(-1)
  if (name) return html`<a href="#schema-${name}">${name}</a>`
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices) return choices.map(typeOf).join(' 或 ')
  if (schema.enum) return schema.enum.map((value) => html`<code>${String(value)}</code>`).join(' ')
  if (schema.const !== undefined) return html`<code>${String(schema.const)}</code>`
  if (schema.items) return `[${typeOf(schema.items)}]`
  if (schema.properties) return html`{ ${Object.keys(schema.properties).join(', ')} }`
  return html`<i>${[schema.type ?? 'any'].flat().join(' | ')}${schema.format ? ` ${schema.format}` : ''}</i>`
}

const style = `
main { max-width: 860px; padding-top: 32px }
h2 { margin: 32px 0 8px; font-size: 17px }
h3 { margin: 12px 0 4px; font-size: 14px }
nav { display: flex; flex-wrap: wrap; gap: 4px 16px }
details { margin: 0 0 6px; padding: 8px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper) }
summary { cursor: pointer; overflow-wrap: anywhere }
summary span { color: var(--soft) }
ul { margin: 0; padding-left: 20px }
code { font: 13px/1.6 ui-monospace, Menlo, Consolas, monospace }
.call b { display: inline-block; min-width: 52px; font-size: 12px; color: var(--blue) }
`
