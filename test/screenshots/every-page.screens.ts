import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, it } from 'vitest'
import { projectRoot } from '../../src/root.ts'
import { testBrowser } from '../support/browser.ts'
import { endLaunched, launch } from '../support/launch.ts'
import { everyPage, standsStill, watch } from '../support/pages.ts'

const folder = process.env.SCREENSHOTS || join(projectRoot, 'build/screenshots')
const only = process.env.ONLY
const looks = [1440, 390].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((scheme) =>
    (['zh', 'en'] as const).map((language) => ({ width, scheme, language })),
  ),
)
const taken: { path: string; look: string; file: string }[] = []
let url: string
const paths: string[] = []

beforeAll(async () => {
  mkdirSync(folder, { recursive: true })
  url = process.env.AT || (await startSample())
  const page = await open({ width: 1440, scheme: 'light', language: 'zh' })
  await addWhatTheSampleLacks(page)
  for await (const path of everyPage(page)) if (!only || path.includes(only)) paths.push(path)
  await page.context().close()
})
afterAll(async () => {
  writeFileSync(join(folder, 'index.html'), overview())
  console.log(`${taken.length} 张图 · pictures: ${join(folder, 'index.html')}`)
  await endLaunched()
})

it.each(looks)('at $width pixels, $scheme, in $language', async (look) => {
  const page = await open(look)
  const name = `${look.width}-${look.scheme}-${look.language}`
  for (const path of paths) {
    await page.goto(`${url}/console${path}`)
    await standsStill(page)
    const file = `${path.slice(1).replace(/[^\w-]+/g, '_')}.${name}.png`
    await page.screenshot({ path: join(folder, file), animations: 'disabled' })
    taken.push({ path, look: name, file })
  }
  await page.context().close()
})

/** A fresh product with the sample company in it. */
async function startSample(): Promise<string> {
  const started = await launch()
  await started.says(/已就绪/)
  return started.url
}

async function addWhatTheSampleLacks(page: Page): Promise<void> {
  const condition = { all: [{ field: 'industry', op: 'contains', value: '制造' }] }
  const lacking = {
    '/api/segments': { name: '制造业', kind: 'live', condition },
    '/api/answers': { title: '怎么收费', asks: ['多少钱', '报价'], say: '按在用的人数算，先试用一个月。' },
  }
  for (const [path, data] of Object.entries(lacking)) {
    const there = await (await page.request.get(url + path)).json()
    if (there.items.length === 0) await page.request.post(url + path, { data, headers: { Origin: url } })
  }
}

async function open({ width, scheme, language }: (typeof looks)[number]): Promise<Page> {
  const context = await (await testBrowser()).newContext({
    viewport: { width, height: width > 760 ? 900 : 844 },
    colorScheme: scheme,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    timezoneId: 'Asia/Shanghai',
  })
  await context.addInitScript(`localStorage.setItem('bowtie.language', '${language}')`)
  await context.request.post(`${url}/api/sign-in`, { data: { userid: 'SunLi' } })
  const page = await context.newPage()
  watch(page)
  await page.goto(`${url}/console/leads`)
  await standsStill(page)
  return page
}

/** All looks of a page in one row. */
function overview(): string {
  const rows = paths.map((path) => {
    const pictures = taken
      .filter((one) => one.path === path)
      .map(({ file, look }) => `<a href="${file}" title="${look}"><img src="${file}" loading="lazy" alt="${look}"></a>`)
    return `<h2>${path}</h2><div>${pictures.join('')}</div>`
  })
  return `<!doctype html><meta charset="utf-8"><title>Bowtie</title><style>body{font:14px sans-serif;margin:16px}div{display:flex;gap:8px;align-items:start;overflow:auto}img{height:360px;border:1px solid #ccc}</style>${rows.join('\n')}\n`
}
