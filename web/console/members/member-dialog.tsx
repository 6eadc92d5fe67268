import { Button, Checkbox, Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { Field } from '../codes/field.tsx'
import { DateChoice } from '../pieces/date-choice.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { HoursFields } from './hours-fields.tsx'
import { MemberAccess } from './member-access.tsx'
import { type Member, roleIds } from './shapes.ts'
import { membersWords } from './words.ts'

interface Editing {
  member: Member
  onClose(): void
  onChanged(): Promise<unknown>
}

/** Everything an admin sets about one member. */
export function MemberDialog({ member, onClose, onChanged }: Editing) {
  const words = useRoomWords(membersWords)
  const all = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [draft, setDraft] = useState(member)
  const [isBusy, setBusy] = useState(false)
  const change = (part: Partial<Member>) => setDraft((before) => ({ ...before, ...part }))
  const name = member.name || member.userid
  const save = async () => {
    setBusy(true)
    const { roles, team, manager, capacity, weight, active, absentUntil, regions, industries, skills, hours } = draft
    try {
      await call('PUT', `/api/staff/${encodeURIComponent(member.userid)}`, {
        body: { roles, team, manager, capacity, weight, active, absentUntil, regions, industries, skills, hours },
      })
      show({ id: 'member', tone: 'good', text: words.saved(name) })
      onClose()
    } catch (error) {
      setBusy(false)
      show({ id: 'member', tone: 'bad', text: reasonOf(error) })
    }
    await onChanged()
  }
  const marks = (label: string, field: 'regions' | 'industries' | 'skills') => (
    <Field label={label}>
      {(id) => (
        <Select
          id={id}
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={[',', '，', '、']}
          placeholder={words.tagsHint}
          value={draft[field]}
          onChange={(next: string[]) => change({ [field]: next })}
        />
      )}
    </Field>
  )
  return (
    <Dialog
      title={words.editOf(name)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{all.cancel}</Button>
          <Button type="primary" loading={isBusy} onClick={() => void save()}>
            {words.save}
          </Button>
        </>
      }
    >
      <div className="members-form">
        <fieldset>
          <legend>{words.role}</legend>
          <Checkbox.Group value={draft.roles} onChange={(next) => change({ roles: next as Member['roles'] })}>
            {roleIds.map((role) => (
              <Checkbox key={role} value={role}>
                {all.account.roles[role]} <span className="quiet small">{words.roleHints[role]}</span>
              </Checkbox>
            ))}
          </Checkbox.Group>
        </fieldset>
        <div className="members-two">
          <Field label={words.team}>
            {(id) => (
              <Input
                id={id}
                value={draft.team ?? ''}
                maxLength={60}
                onChange={({ target }) => change({ team: target.value || null })}
              />
            )}
          </Field>
          <Field label={words.manager}>
            {(id) => (
              <Select
                id={id}
                allowClear
                showSearch={{ optionFilterProp: 'label' }}
                value={draft.manager}
                onChange={(next?: string) => change({ manager: next ?? null })}
                options={names.words?.staff
                  .filter(({ userid, active }) => active && userid !== member.userid)
                  .map(({ userid }) => ({ value: userid, label: names.staff(userid) }))}
              />
            )}
          </Field>
          <Field label={words.capacityLabel}>
            {(id) => (
              <InputNumber
                id={id}
                min={0}
                max={10_000}
                precision={0}
                value={draft.capacity}
                onChange={(next) => change({ capacity: next })}
              />
            )}
          </Field>
          <Field label={words.weight}>
            {(id) => (
              <InputNumber
                id={id}
                min={0}
                max={1000}
                precision={0}
                value={draft.weight}
                onChange={(next) => change({ weight: next ?? 1 })}
              />
            )}
          </Field>
          {marks(words.regions, 'regions')}
          {marks(words.industries, 'industries')}
        </div>
        {marks(words.skillsLabel, 'skills')}
        <HoursFields hours={draft.hours} onChange={(hours) => change({ hours })} />
        <fieldset>
          <legend>{words.absence}</legend>
          <DateChoice value={draft.absentUntil ?? undefined} onChoose={(at) => change({ absentUntil: at })} />
          {draft.absentUntil ? (
            <button type="button" className="link-button" onClick={() => change({ absentUntil: null })}>
              {words.back}
            </button>
          ) : null}
        </fieldset>
        <div className="members-switch">
          <Switch aria-label={words.active} checked={draft.active} onChange={(active) => change({ active })} />
          <span>
            {words.active}
            <span className="quiet small members-line">{words.activeHint}</span>
          </span>
        </div>
        <MemberAccess member={member} onChanged={onChanged} />
      </div>
    </Dialog>
  )
}
