import { beforeAll, expect, it } from 'vitest'
import { otherCorp } from '../../../src/start/corp.ts'
import { testDatabase } from '../../support/db.ts'

let url = ''
beforeAll(async () => {
  url = (await testDatabase()).url
})

it('gives a database to the corp it is first started with, and to no other', async () => {
  expect(await otherCorp(url, 'ww-sandbox')).toBeNull()
  expect(await otherCorp(url, 'ww-sandbox')).toBeNull()
  expect(await otherCorp(url, 'ww-real')).toBe('ww-sandbox')
})
