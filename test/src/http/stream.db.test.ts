import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../support/db.ts'
import { type TestHouse, testHouse } from '../../support/house.ts'
import { apiToken, type TestServer, testServer } from '../../support/server.ts'

let house: TestHouse
let api: TestServer
beforeAll(async () => {
  house = await testHouse({ db: await testDatabase() })
  api = await testServer(house)
  await api.call('PUT', '/api/staff/WangMin', { roles: ['mdr'] })
  await api.call('PUT', '/api/staff/LiLei', { roles: ['sales'] })
})
afterAll(() => api.close())

async function listen(as?: string) {
  const ending = new AbortController()
  const response = await fetch(`${api.url}/api/stream`, {
    headers: { Authorization: `Bearer ${apiToken}`, ...(as ? { 'Act-As': as } : {}) },
    signal: ending.signal,
  })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    response,
    /** Reads until the stream has said it. */
    async hear(words: string) {
      while (!text.includes(words)) {
        const { value, done } = await (reader as NonNullable<typeof reader>).read()
        if (done) throw new Error(`the stream ended after ${JSON.stringify(text)}`)
        text += value
      }
    },
    end: () => ending.abort(),
  }
}

test('an open page is told when the queue is another than it was', async () => {
  const page = await listen('WangMin')
  expect(page.response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  await page.hear('retry')
  const { json } = await api.call('POST', '/api/leads', { name: 'x', mobile: '13800000601' })
  await api.call('POST', '/api/events', { lead: { kind: 'id', value: json.id }, type: 'demo_request' })
  await page.hear('event: review-queue')
  page.end()
})

test('whoever may not see the queue is not told', async () => {
  expect((await listen('LiLei')).response.status).toBe(403)
  expect((await fetch(`${api.url}/api/stream`)).status).toBe(401)
})

test('a server that closes does not wait for those who listen', async () => {
  const one = await testServer(house)
  const response = await fetch(`${one.url}/api/stream`, { headers: { Authorization: `Bearer ${apiToken}` } })
  const text = response.text()
  await one.close()
  expect(await text).toContain('retry')
})
