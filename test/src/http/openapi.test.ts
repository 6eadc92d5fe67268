import { expect, test } from 'vitest'
import { describeApi } from '../../../src/http/openapi.ts'
import { routes } from '../../../src/http/routes.ts'

const document = describeApi(routes, 'https://crm.example.com')
const paths = document.paths as Record<
  string,
  Record<string, { operationId: string; responses: Record<string, unknown>; requestBody?: unknown }>
>

test('every route is described, once, with its answers and the error shape', () => {
  expect(routes.length).toBeGreaterThan(35)
  const operations = new Set<string>()
  for (const route of routes) {
    const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method]
    expect(operation, `${route.method} ${route.path}`).toBeDefined()
    expect(Object.keys(operation?.responses ?? {})).toEqual(
      expect.arrayContaining([...Object.keys(route.answers), '401', '403', '422']),
    )
    expect(operation?.requestBody !== undefined).toBe(route.body !== undefined || route.upload !== undefined)
    operations.add(operation?.operationId as string)
  }
  expect(operations.size).toBe(routes.length)
  expect(Object.values(paths).flatMap((item) => Object.keys(item))).toHaveLength(routes.length)
})

test('every reference leads somewhere', () => {
  const text = JSON.stringify(document)
  const known = Object.keys(document.components?.schemas ?? {})
  const used = [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map((match) => match[1] as string)
  expect(used.length).toBeGreaterThan(20)
  expect(used.filter((name) => !known.includes(name))).toEqual([])
})

test('no route lets everybody write without a reason', () => {
  const open = routes.filter(({ who, method }) => who === 'everyone' && method !== 'get').map(({ path }) => path)
  // One's own way of looking at lists, and whether one was shown around, changes nothing for anybody else.
  const views = ['/api/lead-views', '/api/lead-views/:id', '/api/lead-views/:id']
  expect(open).toEqual(['/api/me/tour', '/api/me/absence', '/api/leads/:id/consent', ...views])
})
