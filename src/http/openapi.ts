import {
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type RouteConfig,
  type ZodRequestBody,
} from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'
import { ErrorSchema } from './api/common.schema.ts'
import type { Route } from './route.ts'

export type OpenApi = ReturnType<OpenApiGeneratorV31['generateDocument']>

const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } })

const refusals: Record<number, string> = {
  400: '格式不对',
  401: '没有登录，或令牌不对',
  403: '角色不允许，或不在范围内',
  404: '没有这个对象',
  409: '版本已过期、不合规则的流转，或不该发的消息',
  422: '字段不符合要求；details 逐个说明',
  429: '太频繁',
}

const who: Record<string, string> = { everyone: '所有成员' }

/** What the API is, from the same definitions that answer it. */
export function describeApi(routes: readonly Route[], publicUrl: string): OpenApi {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'API_TOKEN，等同管理员；加 Act-As: userid 则以那位成员的身份',
  })
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: publicUrl.startsWith('https:') ? '__Host-sid' : 'sid',
  })
  for (const route of routes) registry.registerPath(pathOf(route))
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Bowtie API',
      version: '1',
      description:
        '时间是 ISO 8601 的 UTC。列表答 {items, nextCursor}，把 nextCursor 作为 cursor 取下一页，limit 最多 200。写操作都接受 Idempotency-Key：同样的请求再来一次，答第一次的结果。',
    },
    servers: [{ url: publicUrl }],
    security: [{ token: [] }, { session: [] }],
  })
}

function pathOf(route: Route): RouteConfig {
  const writes = route.method !== 'get'
  const headers = z.object({
    'Act-As': z.string().optional().meta({ description: '以这位成员（userid）的身份；只限机器接口' }),
    ...(writes ? { 'Idempotency-Key': z.string().max(200).optional() } : {}),
  })
  const allowed = route.who === 'everyone' ? (who.everyone as string) : route.who.join('、')
  return {
    method: route.method,
    path: route.path.replace(/:(\w+)/g, '{$1}'),
    operationId: operationOf(route),
    tags: [route.group],
    summary: route.summary,
    description: `可用者：${allowed}。${route.scope === 'lead' ? '只限自己范围内的线索。' : ''}`,
    request: {
      headers,
      ...(route.params ? { params: route.params as z.ZodObject } : {}),
      ...(route.query ? { query: route.query as z.ZodObject } : {}),
      ...(route.body ? { body: { required: true, ...json(route.body) } } : {}),
      ...(route.upload ? { body: { required: true, content: uploads(route.upload) } } : {}),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, schema]) => [
          status,
          schema ? { description: '成功', ...json(schema) } : { description: '成功，没有内容' },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [status, { description, ...json(ErrorSchema) }]),
      ),
    },
  }
}

function uploads(types: readonly string[]): ZodRequestBody['content'] {
  const file = z.string().meta({ type: 'string', format: 'binary' })
  const form = z.looseObject({ file })
  return Object.fromEntries(types.map((type) => [type, { schema: type.startsWith('multipart') ? form : file }]))
}

/** `getApiLeadsIdTimeline`: stable while the path is. */
function operationOf({ method, path }: Route): string {
  return method + path.replace(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase())
}
