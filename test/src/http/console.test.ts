import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { build } from '../../../build.mjs'
import { serveConsole } from '../../../src/http/console.ts'

let server: Server
let url: string

beforeAll(async () => {
  await build()
  const app = new Koa()
  app.silent = true
  app.use(serveConsole())
  app.use((ctx) => {
    ctx.status = 418
  })
  server = createServer(app.callback())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await new Promise((done) => server.close(done))
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { redirect: 'manual', headers })
const assetOf = (page: string): string => /\/console\/assets\/index-[\w-]+\.js/.exec(page)?.[0] ?? ''

it('answers every address of the console with its one page', async () => {
  for (const path of [
    '/console',
    '/console/',
    '/console/review',
    '/console/leads/0190',
    '/console/sign-in?to=%2Fconsole',
  ]) {
    const page = await get(path)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(await page.text()).toContain('<div id="root">')
  }
  expect((await get('/')).headers.get('location')).toBe('/console')
})

it('lets no inline script run, and only styles that carry the nonce of this answer', async () => {
  const [one, other] = [await get('/console'), await get('/console')]
  const [policy, page] = [one.headers.get('content-security-policy') ?? '', await one.text()]
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
  expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[^']{20,}'/)
  expect(policy).not.toContain('unsafe')
  expect(page).toContain(`content="${nonce}"`)
  expect(other.headers.get('content-security-policy')).not.toContain(nonce)
  expect(page).not.toMatch(/<script(?![^>]* src=)/)
  expect(page).not.toMatch(/<style|style=|\son\w+=/)
})

it('keeps what is named by its content for ever, and squeezes it', async () => {
  const asset = assetOf(await (await get('/console')).text())
  const plain = await get(asset, { 'Accept-Encoding': 'identity' })
  expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(plain.headers.get('content-type')).toContain('text/javascript')
  expect(plain.headers.get('vary')).toContain('Accept-Encoding')
  const size = (await plain.arrayBuffer()).byteLength
  const small = await get(asset, { 'Accept-Encoding': 'gzip' })
  expect(small.headers.get('content-encoding')).toBe('gzip')
  expect(Number(small.headers.get('content-length'))).toBeLessThan(size / 2)
})

it('has nothing at an address that is none of its files', async () => {
  for (const path of [
    '/console/assets/index-gone.js',
    '/console/assets/..%2F..%2Fpackage.json',
    '/console/secret.json',
  ])
    expect((await get(path)).status).toBe(404)
  expect((await get('/elsewhere')).status).toBe(418)
  expect((await fetch(`${url}/console`, { method: 'POST' })).status).toBe(418)
})
