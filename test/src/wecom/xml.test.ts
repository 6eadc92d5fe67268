import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MalformedXml, readXml, type XmlElement, type XmlValue } from '../../../src/wecom/xml.ts'

const folder = fileURLToPath(new URL('../../fixtures/wecom/callback/', import.meta.url))
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.xml'))
  .sort()
const read = (name: string) => readXml(readFileSync(folder + name))

describe('payloads that others published', () => {
  it('are many', () => expect(files.length).toBeGreaterThan(100))

  it.each(files)('%s is read', (name) => {
    const element = read(name)
    expect(Object.keys(element).length).toBeGreaterThan(0)
    expect(JSON.stringify(element)).not.toMatch(/CDATA|<\w/)
  })

  it('white space around CDATA falls away', () => {
    expect(read('senparc/WorkMessageHandlerTest.testFileXml.xml')).toMatchObject({
      ToUserName: 'gh_ffffeeeedddd',
      Title: '小冰 piano.wav',
      Description: '',
    })
  })

  it('repeated siblings become an array, a single one stays what it is', () => {
    expect(read('mudwechat/kf_account_auth_change_repeated.xml')).toMatchObject({
      AuthAddOpenKfId: ['wkxxxx1', 'wkxxxx2'],
      AuthDelOpenKfId: 'wkxxxx3',
    })
    expect(read('wxjava/WxCpXmlMessageTest.testSendPicsInfo.xml').SendPicsInfo).toEqual({
      PicList: [
        { item: { PicMd5Sum: 'aef52ae501537e552725c5d7f99c1741' } },
        { item: { PicMd5Sum: 'c4564632a4fab91378c39bea6aad6f9e' } },
      ],
      Count: '2',
    })
  })

  it('a card press with its choices keeps its shape', () => {
    expect(read('wxjava/WxCpXmlMessageTest.testTemplateCardEvent.xml').SelectedItems).toEqual({
      SelectedItem: [
        { QuestionKey: 'QuestionKey1', OptionIds: { OptionId: ['OptionId1', 'OptionId2'] } },
        { QuestionKey: 'QuestionKey2', OptionIds: { OptionId: ['OptionId3', 'OptionId4'] } },
      ],
    })
  })

  it('a closing tag may hold a space', () => {
    expect(read('wxjava/WxCpXmlMessageTest.testTaskCardEvent.xml').TaskId).toBe('taskid111')
  })
})

describe('what is read', () => {
  it.each<[string, string, XmlValue]>([
    ['an empty root', '<xml></xml>', {}],
    ['a root that closes itself', '<xml/>', {}],
    [
      'a declaration, a byte order mark and white space',
      '\uFEFF<?xml version="1.0" encoding="utf-8"?>\n <xml><A>1</A></xml > \n',
      { A: '1' },
    ],
    ['attributes, which are dropped', `<xml a="1" b='&lt;>'><A c = "2"/></xml>`, { A: '' }],
    ['comments, which are dropped', '<!-- a --><xml><A>1<!-- < -->2</A></xml><!-- b -->', { A: '12' }],
    [
      'the predefined entities and numeric ones',
      '<xml><A>&lt;&amp;&gt;&quot;&apos;&#65;&#x4f60;&#x1F600;</A></xml>',
      { A: '<&>"\'A你😀' },
    ],
    ['an entity that spells an entity, once only', '<xml><A>&amp;lt;</A></xml>', { A: '&lt;' }],
    ['CDATA as it is', '<xml><A><![CDATA[ <b>&amp;</b> ]]></A></xml>', { A: ' <b>&amp;</b> ' }],
    ['a CDATA end split over two sections', '<xml><A><![CDATA[]]]]><![CDATA[>]]></A></xml>', { A: ']]>' }],
    ['text before and after CDATA', '<xml><A> a <![CDATA[ b ]]> c </A></xml>', { A: 'a  b  c' }],
    ['a 64-bit id as text', '<xml><MsgId>4561255354251345929</MsgId></xml>', { MsgId: '4561255354251345929' }],
    ['control characters people paste', '<xml><A><![CDATA[a\u0008b]]></A></xml>', { A: 'a\u0008b' }],
    [
      'three levels in any order',
      '<xml><B><C>1</C><D/></B><A>2</A><B>3</B></xml>',
      { B: [{ C: '1', D: '' }, '3'], A: '2' },
    ],
  ])('%s', (_, text, expected) => {
    expect(readXml(text)).toEqual(expected)
    expect(readXml(Buffer.from(text))).toEqual(expected)
  })

  it('no name is special', () => {
    const element = readXml('<xml><__proto__><admin>1</admin></__proto__><constructor>2</constructor></xml>')
    expect(Object.getPrototypeOf(element)).toBeNull()
    expect(Object.keys(element)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })
})

const bomb = '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><A>&b;</A></xml>'

describe('what is refused', () => {
  it.each([
    ['nothing', ''],
    ['white space only', ' \n'],
    ['plain text', 'success'],
    ['JSON', '{"a":1}'],
    ['a document type', '<!DOCTYPE xml><xml></xml>'],
    ['a document type in lower case', '<!doctype xml><xml></xml>'],
    ['an entity bomb', bomb],
    [
      'an external entity',
      '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><A>&e;</A></xml>',
    ],
    ['a document type after the root', '<xml></xml><!DOCTYPE xml>'],
    ['an unknown entity', '<xml><A>&nbsp;</A></xml>'],
    ['a lone ampersand', '<xml><A>a & b</A></xml>'],
    ['an unknown entity in an attribute', '<xml a="&e;"/>'],
    ['a numeric NUL', '<xml><A>&#0;</A></xml>'],
    ['a numeric surrogate', '<xml><A>&#xD800;</A></xml>'],
    ['a character beyond Unicode', '<xml><A>&#x110000;</A></xml>'],
    ['a NUL', '<xml><A><![CDATA[\0]]></A></xml>'],
    ['a processing instruction', '<xml><?php echo 1 ?></xml>'],
    ['a stylesheet', '<?xml version="1.0"?><?xml-stylesheet href="a"?><xml/>'],
    ['a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><xml/>'],
    ['another encoding', '<?xml version="1.0" encoding="gbk"?><xml/>'],
    ['another root', '<html></html>'],
    ['a root of text', '<xml>text</xml>'],
    ['two roots', '<xml></xml><xml></xml>'],
    ['text after the root', '<xml></xml>x'],
    ['CDATA after the root', '<xml></xml><![CDATA[x]]>'],
    ['a tag that is not closed', '<xml><A></xml>'],
    ['a document that stops', '<xml><A>1'],
    ['crossed tags', '<xml><A><B></A></B></xml>'],
    ['a closing tag too many', '<xml></xml></xml>'],
    ['another case in the closing tag', '<xml><A></a></xml>'],
    ['CDATA that does not end', '<xml><A><![CDATA[x]]</A></xml>'],
    ['a comment that does not end', '<xml><!-- </xml>'],
    ['a CDATA end in text', '<xml><A>]]></A></xml>'],
    ['text between children', '<xml><A>x<B/></A></xml>'],
    ['a repeated attribute', '<xml a="1" a="2"/>'],
    ['an attribute without quotes', '<xml a=1/>'],
    ['a tag without a name', '<xml>< A/></xml>'],
    ['a tag that does not end', '<xml><A'],
    ['nine levels', `<xml>${'<a>'.repeat(8)}${'</a>'.repeat(8)}</xml>`],
  ])('%s', (_, text) => {
    expect(() => readXml(text)).toThrow(MalformedXml)
    expect(() => readXml(Buffer.from(text))).toThrow(MalformedXml)
  })

  it('bytes that are not UTF-8, without spoiling the next document', () => {
    expect(() => readXml(Buffer.concat([Buffer.from('<xml><A>'), Buffer.from([0xe4, 0xbd])]))).toThrow(MalformedXml)
    expect(() => readXml(Buffer.from('<xml><A>\xff</A></xml>', 'latin1'))).toThrow(MalformedXml)
    expect(readXml(Buffer.from('<xml><A>你</A></xml>'))).toEqual({ A: '你' })
  })

  it('eight levels are still read', () => {
    expect(() => readXml(`<xml>${'<a>'.repeat(7)}${'</a>'.repeat(7)}</xml>`)).not.toThrow()
  })
})

const mebibyte = 1 << 20

describe('a hostile mebibyte', () => {
  // Each of these takes minutes with a backtracking reader; here they end within the default time-out of a test.
  it.each([
    ['spaces in a tag', `<xml${' '.repeat(mebibyte)}`],
    ['spaces in text, broken by letters', `<xml><A>${' '.repeat(999).concat('x').repeat(1000)}</A></xml>`],
    ['open tags', '<xml>'.repeat(200_000)],
    ['opened CDATA', `<xml><A>${'<![CDATA['.repeat(100_000)}`],
    ['almost closed CDATA', `<xml><A><![CDATA[${']]'.repeat(mebibyte / 2)}`],
    ['opened comments', `<xml>${'<!--'.repeat(250_000)}`],
    ['ampersands', `<xml><A>${'&#'.repeat(500_000)}</A></xml>`],
    ['entities', `<xml><A>${'&lt;'.repeat(250_000)}</A></xml>`],
    ['attributes', `<xml ${Array.from({ length: 80_000 }, (_, index) => `a${index}="1"`).join(' ')}/>`],
    ['attribute names without an end', `<xml ${'a'.repeat(mebibyte)}`],
    ['siblings', `<xml>${'<a/>'.repeat(250_000)}</xml>`],
    ['names', `<xml>${Array.from({ length: 80_000 }, (_, index) => `<a${index}/>`).join('')}</xml>`],
    ['CDATA sections in one element', `<xml><A>${'<![CDATA[a]]>'.repeat(80_000)}</A></xml>`],
  ])('of %s is read or refused', (_, text) => {
    let outcome: unknown
    try {
      outcome = readXml(text)
    } catch (error) {
      outcome = error
    }
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(MalformedXml)
    else expect(outcome).toBeTypeOf('object')
  })
})

describe('whatever comes', () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/)
  const text = fc.string({ unit: 'binary', maxLength: 30 }).filter((value) => !value.includes('\0'))
  const value = fc.letrec<{ leaf: string; element: XmlElement; child: XmlValue }>((tie) => ({
    leaf: text,
    element: fc.dictionary(name, tie('child'), { minKeys: 1, maxKeys: 4 }),
    child: fc.oneof(
      { maxDepth: 3 },
      tie('leaf'),
      tie('element'),
      fc.array(fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('element')), { minLength: 2, maxLength: 3 }),
    ),
  }))

  it('a written document reads back the same, in CDATA or escaped, with white space anywhere', () => {
    fc.assert(
      fc.property(fc.dictionary(name, value.child, { maxKeys: 5 }), fc.infiniteStream(fc.nat(5)), (element, dice) => {
        const roll = () => dice.next().value
        expect(plain(readXml(`<xml>${write(element, roll)}</xml>`))).toEqual(plain(element))
      }),
    )
  })

  it('nothing but its own error is thrown, for text, bytes and damaged documents', () => {
    const good = '<?xml version="1.0"?><xml a="1"><A><![CDATA[x]]></A><B>&amp;<C/></B><!-- --></xml>'
    const pieces = fc.constantFrom(...good.split(/(?=[<>&;"\]])/), '<!DOCTYPE', '&#', ']]>', '\0', '</xml>')
    const damaged = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string({ unit: 'binary' }), fc.uint8Array()), (input) => {
        try {
          readXml(input)
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedXml)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('every prefix of a document is refused', () => {
    const document = '<?xml version="1.0"?><xml><A><![CDATA[x]]></A><B a="1">&lt;</B></xml>'
    for (let length = 0; length < document.length; length++)
      expect(() => readXml(document.slice(0, length))).toThrow(MalformedXml)
  })
})

function write(element: XmlElement, roll: () => number): string {
  const space = () => ['', '', ' ', '\n', '\r\n\t', '  '][roll()] ?? ''
  const one = (name: string, value: string | XmlElement): string => {
    const inner = typeof value === 'string' ? writeText(value, roll) : write(value, roll)
    return `${space()}<${name}${space()}>${space()}${inner}${space()}</${name}${space()}>${space()}`
  }
  return Object.entries(element)
    .map(([name, value]) => (Array.isArray(value) ? value.map((item) => one(name, item)).join('') : one(name, value)))
    .join('')
}

function writeText(text: string, roll: () => number): string {
  if (roll() > 1) return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
  // Only what XML allows as a reference can be written escaped; the rest goes through CDATA.
  return [...text].every((character) => /[\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(character))
    ? [...text].map((character) => `&#${character.codePointAt(0)};`).join('')
    : `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
