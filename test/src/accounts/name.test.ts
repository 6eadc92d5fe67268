import { describe, expect, it } from 'vitest'
import { beginningsOf, companyKey, domainKey } from '../../../src/accounts/name.ts'

describe('a company’s name', () => {
  it('is one however it is written: width, case, spaces, legal form, a place in brackets', () => {
    const same = [
      '宁波精工股份有限公司',
      '宁波精工（集团）有限公司',
      ' 宁波 精工 ',
      '宁波精工集团',
      '宁波精工(中国)有限责任公司',
      '宁波精工',
    ]
    expect(new Set(same.map(companyKey))).toEqual(new Set(['宁波精工']))
    expect(companyKey('ＡＣＭＥ Trading Co., Ltd.')).toBe(companyKey('acme trading'))
    expect(companyKey('Acme GmbH')).toBe('acme')
  })
  it('keeps what tells two apart', () => {
    expect(companyKey('宁波精工机械有限公司')).not.toBe(companyKey('宁波精工'))
    expect(companyKey('公司宝科技有限公司')).toBe('公司宝科技')
  })
  it('is none where nobody works: words that name no company, numbers, signs, nothing', () => {
    for (const none of ['个人', '无', 'N/A', '-', '13800000000', '', null, '（）', '有限公司', 'X', '😀', 'test'])
      expect(companyKey(none), String(none)).toBeNull()
  })
  it('stays short and plain whatever is thrown at it', () => {
    const hostile = `${'龘'.repeat(5000)}%_\\'"; DROP TABLE accounts; --有限公司`
    expect([...(companyKey(hostile) ?? '')].length).toBe(100)
    expect(companyKey('a%_b\\c 有限公司')).toBe('abc')
    expect(beginningsOf('宁波精工机械')).toEqual(['宁波精工', '宁波精工机'])
  })
})

it('takes a domain for a company’s unless anybody may have an address there', () => {
  expect(domainKey('z***@Jinggong.com.CN')).toBe('jinggong.com.cn')
  for (const none of ['z***@qq.com', 'a@163.com', 'a@gmail.com', 'a@localhost', 'nonsense', '@'])
    expect(domainKey(none)).toBeNull()
})
