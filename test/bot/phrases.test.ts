import { beforeAll, describe, expect, it } from 'vitest'
import type { Skill } from '../../src/define.ts'
import { codeRoot } from '../../src/root.ts'
import { chooseSkill } from '../../src/skills/choose.ts'
import { loadShelves } from '../../src/start/build-house.ts'
import { customerPhrases, staffPhrases } from './phrases.ts'

let skills: ReadonlyMap<string, Skill>
beforeAll(async () => {
  skills = (await loadShelves(codeRoot)).skills
})

/** Which skill hears it, and the words it takes out of it. */
async function heardBy(speaker: Skill['speaker'], text: string) {
  const found = await chooseSkill(
    [...skills.values()].filter((skill) => skill.speaker === speaker),
    { text },
  )
  return { name: [...skills].find(([, skill]) => skill === found?.skill)?.[0], groups: { ...found?.match.groups } }
}

for (const [speaker, phrases] of [
  ['customer', customerPhrases],
  ['staff', staffPhrases],
] as const)
  it.each(Object.entries(phrases))(`what a ${speaker} writes in many ways is heard by %s`, async (name, texts) => {
    const heard = await Promise.all(texts.map(async (text) => [text, (await heardBy(speaker, text)).name]))
    expect(heard.filter(([, by]) => by !== name)).toEqual([])
  })

it('every skill is tried with words of its own', () => {
  expect(Object.keys({ ...customerPhrases, ...staffPhrases }).sort()).toEqual([...skills.keys()].sort())
})

describe('a command is taken apart', () => {
  it.each([
    ['记一下张三，已演示，下周报价', '张三', '已演示，下周报价'],
    ['帮我记 张三丰 客户要 3 套', '张三丰', '客户要 3 套'],
    ['記 張三 已演示', '張三', '已演示'],
    ['给张三记：电话没接', '张三', '电话没接'],
    ['跟进张三 见了采购\n下周报价', '张三', '见了采购\n下周报价'],
  ])('%s', async (text, who, what) => {
    expect((await heardBy('staff', text)).groups).toEqual({ who, what })
  })
  it.each([
    ['查一下宁波精工', '宁波精工'],
    ['张三什么情况', '张三'],
    ['帮我查下客户：张三。', '张三'],
    ['现在给张三发什么好', '张三'],
    ['发啥给张三', '张三'],
  ])('%s', async (text, who) => {
    expect((await heardBy('staff', text)).groups.who).toBe(who)
  })
})
