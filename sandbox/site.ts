import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import QRCode from 'qrcode'
import { z } from 'zod'
import { isAction, perform } from './actions/all.ts'
import { Impossible } from './actions/definition.ts'
import { pictureOf } from './api/media.ts'
import { answerApi } from './door.ts'
import { answerAuthorize, escapeHtml, exists, page, personCookie } from './oauth.ts'
import { overview, personView, recentLog } from './views.ts'
import type { Wecom } from './wecom.ts'

const types: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** All of the sandbox's HTTP: the API, the authorization page, the control API, and the page for people. */
export function createSite(wecom: Wecom, reset: () => void): Server {
  return createServer((request, response) => {
    answer(wecom, reset, request, response).catch((error: unknown) => {
      process.stderr.write(`sandbox: ${error instanceof Error ? error.stack : String(error)}\n`)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
}

async function answer(
  wecom: Wecom,
  reset: () => void,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
  const [, first = '', ...rest] = pathname.split('/')
  const below = rest.join('/')
  switch (first) {
    case 'cgi-bin':
      return answerApi(wecom, request, response, below, searchParams)
    case 'connect':
      return answerAuthorize(wecom, request, response, searchParams)
    case 'sandbox':
      return control(wecom, reset, request, response, below, searchParams)
    case '':
      return file(response, 'index.html')
    case 'page':
      return file(response, below)
    case 'qr': {
      const svg = await QRCode.toString(`${wecom.settings.url}/scan/${below.replace('.svg', '')}`, {
        type: 'svg',
        margin: 1,
      })
      return send(response, 200, svg, 'svg')
    }
    case 'avatar':
      return send(response, 200, avatar(decodeURIComponent(below.replace(/\.svg$/, ''))), 'svg')
    case 'media': {
      const picture = pictureOf(wecom, below)
      response.writeHead(picture ? 200 : 404, { 'content-type': picture?.[0] === 0xff ? 'image/jpeg' : 'image/png' })
      response.end(picture)
      return
    }
    case 'scan':
    case 'ca':
    case 'kf':
      return page(
        response,
        200,
        `<h1>这是微信里才会打开的页面</h1><p>回到<a href="/#${escapeHtml(first)}=${escapeHtml(below)}">沙盒</a>，扮演一位客户再点它。</p>`,
      )
    default:
      return page(response, 404, '<h1>没有这一页</h1><p><a href="/">回到沙盒</a></p>')
  }
}

function send(response: ServerResponse, status: number, body: string, type: string) {
  response.writeHead(status, {
    'content-type': types[type] ?? 'application/json; charset=utf-8',
    'cache-control': 'no-cache',
  })
  response.end(body)
}

const sendJson = (response: ServerResponse, status: number, body: unknown) =>
  send(response, status, JSON.stringify(body), 'json')

async function file(response: ServerResponse, name: string) {
  if (!/^[a-z-]+\.(html|css|js|svg)$/.test(name)) return send(response, 404, '', 'html')
  // Beside this file, or beside the sources when this file was bundled into build/.
  for (const base of ['./page/', '../sandbox/page/', '../../sandbox/page/']) {
    const text = await readFile(new URL(base + name, import.meta.url), 'utf8').catch(() => undefined)
    if (text !== undefined) return send(response, 200, text, name.split('.')[1] ?? '')
  }
  return send(response, 404, '', 'html')
}

const hues = [210, 165, 30, 275, 340, 190, 95, 245]

function avatar(name: string): string {
  const sum = [...name].reduce((total, char) => total + (char.codePointAt(0) ?? 0), 0)
  const hue = hues[sum % hues.length]
  const letter = escapeHtml([...name.replace(/^[^\p{L}\p{N}]+/u, '')][0] ?? '客')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="hsl(${hue} 38% 52%)"/><text x="32" y="33" fill="#fff" font-family="PingFang SC,Noto Sans CJK SC,sans-serif" font-size="28" text-anchor="middle" dominant-baseline="central">${letter}</text></svg>`
}

async function control(
  wecom: Wecom,
  reset: () => void,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
): Promise<void> {
  if (path === 'events') return events(wecom, request, response)
  if (path === 'open') return openAs(wecom, response, query)
  const name = path.replace(/^api\//, '')
  if (request.method === 'GET') {
    if (name === 'overview') return sendJson(response, 200, overview(wecom))
    if (name === 'person') return sendJson(response, 200, personView(wecom, query.get('person') ?? ''))
    if (name === 'log') return sendJson(response, 200, recentLog(wecom, Number(query.get('limit') ?? 80)))
    if (name === 'calls') return sendJson(response, 200, { items: wecom.calls })
    if (name === 'callbacks') return sendJson(response, 200, { items: wecom.callbacks })
    if (name === 'world') return sendJson(response, 200, wecom.world)
    return sendJson(response, 404, { error: { message: '没有这个接口' } })
  }
  // Pages of other sites must not drive this world: a simple cross-site POST cannot carry this type.
  if (!request.headers['content-type']?.startsWith('application/json'))
    return sendJson(response, 415, { error: { message: '请发送 JSON' } })
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  try {
    const input: unknown = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}')
    if (name === 'reset') {
      reset()
      return sendJson(response, 200, { ok: true })
    }
    const wanted = name === 'faults' ? 'setFaults' : name
    if (!isAction(wanted)) return sendJson(response, 404, { error: { message: `没有这个动作：${name}` } })
    return sendJson(response, 200, (await perform(wecom, wanted, input)) ?? {})
  } catch (error) {
    if (error instanceof Impossible) return sendJson(response, 409, { error: { message: error.message } })
    if (error instanceof z.ZodError)
      return sendJson(response, 422, { error: { message: '参数不对', details: error.issues } })
    if (error instanceof SyntaxError) return sendJson(response, 400, { error: { message: '不是 JSON' } })
    throw error
  }
}

/** Opens a link as a person: from here on this browser is his, and the authorization page knows him. */
function openAs(wecom: Wecom, response: ServerResponse, query: URLSearchParams) {
  const person = query.get('person') ?? ''
  const url = query.get('url') ?? ''
  if (!exists(wecom, person) || !/^https?:\/\//.test(url)) return page(response, 400, '<h1>打不开这个链接</h1>')
  const cookie = `${personCookie}=${encodeURIComponent(person)}; Path=/; SameSite=Lax`
  response.writeHead(302, { location: url, 'set-cookie': cookie })
  response.end()
}

/** One line per burst of changes; the page then asks for what it shows. */
function events(wecom: Wecom, request: IncomingMessage, response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.write('data: hello\n\n')
  let timer: NodeJS.Timeout | undefined
  const stop = wecom.watch(() => {
    timer ??= setTimeout(() => {
      timer = undefined
      response.write('data: changed\n\n')
    }, 120)
  })
  request.on('close', () => {
    clearTimeout(timer)
    stop()
  })
}
