import { Segmented } from 'antd'
import { Field } from '../field.tsx'
import { TagField } from '../tag-field.tsx'
import { defineKind } from './kind.ts'

export default defineKind<'tag'>({
  fresh: () => ({ tag: { put: { group: '', name: '' } } }),
  say({ tag }, { words, general }) {
    const isPut = 'put' in tag
    const { group, name } = isPut ? tag.put : tag.take
    const said = name ? `${group}${general.segments.colon}${name}` : words.say.unset
    return isPut ? words.say.put(said) : words.say.take(said)
  },
  Form({ step, talk, onChange }) {
    const { forms } = talk.words
    const { tag } = step
    const way = 'put' in tag ? 'put' : 'take'
    const named = 'put' in tag ? tag.put : tag.take
    const put = (how: string, value: typeof named) =>
      onChange({ ...step, tag: how === 'put' ? { put: value } : { take: value } })
    return (
      <>
        <Field label={forms.tagHow}>
          <Segmented
            block
            aria-label={forms.tagHow}
            value={way}
            options={(['put', 'take'] as const).map((value) => ({ value, label: forms.tags[value] }))}
            onChange={(how) => put(how, named)}
          />
        </Field>
        <TagField
          talk={talk}
          group={named.group}
          names={named.name ? [named.name] : []}
          most={1}
          onChange={(group, [name = '']) => put(way, { group, name })}
        />
      </>
    )
  },
})
