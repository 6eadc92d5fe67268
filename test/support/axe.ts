import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { projectRoot } from '../../src/root.ts'

const source = readFileSync(join(projectRoot, 'node_modules/axe-core/axe.min.js'), 'utf8')
const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** All that depends on colours; the rest is the same in light and dark. */
const colours = ['color-contrast', 'link-in-text-block']

/** What stands in the way of people who do not see, hear or point as others do, one line for each element. */
export async function violations(page: Page, only: 'everything' | 'colours' = 'everything'): Promise<string[]> {
  await page.evaluate(coloursHaveChanged)
  await page.evaluate(`window.axe || (() => {${source}})()`)
  const run = only === 'colours' ? { type: 'rule', values: colours } : { type: 'tag', values: levels }
  return page.evaluate(`axe.run({ runOnly: ${JSON.stringify(run)}, resultTypes: ['violations'], preload: false, iframes: false }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' ' + target.join(' ') + ' ' + (any[0]?.message ?? ''))))`)
}

/** A change of scheme fades; what is half dark has no contrast to speak of. */
const coloursHaveChanged = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() =>
  Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {}))))`
