import { Button } from 'antd'
import { useId } from 'react'
import { useWords } from '../words/words.tsx'
import { type Field, fieldsOf, type Rows, rowsOf } from './fields.ts'
import { RuleField } from './rule-field.tsx'
import { type Fault, type Rules, valueAt } from './rules.ts'
import type { Draft } from './use-draft.ts'

interface Given {
  part: string
  draft: Draft
  faults: readonly Fault[]
  disabled: boolean
}

/** Whether a part has a form. */
export const hasForm = (part: string, rules: Rules): boolean =>
  Object.hasOwn(fieldsOf, part) || rowsOf(part, rules).length > 0

/** The values of a part that are changed most, each as what it is. */
export function PartForm({ part, draft, faults, disabled }: Given) {
  const fields = Object.hasOwn(fieldsOf, part) ? (fieldsOf[part] ?? []) : []
  return (
    <form className="rule-form" onSubmit={(event) => event.preventDefault()}>
      {fields.length > 0 ? (
        <div className="rule-fields">
          {fields.map((field) => (
            <OneField key={field.path} field={field} draft={draft} faults={faults} disabled={disabled} />
          ))}
        </div>
      ) : null}
      {rowsOf(part, draft.rules).map((rows) => (
        <RowsTable key={rows.path} rows={rows} draft={draft} faults={faults} disabled={disabled} />
      ))}
    </form>
  )
}

function OneField({ field: { path, kind }, draft, faults, disabled }: Omit<Given, 'part'> & { field: Field }) {
  const { playbook } = useWords()
  const id = useId()
  const fault = faults.find((one) => one.path === path || one.path.startsWith(`${path}.`))
  const steps = path.split('.')
  const value = valueAt(draft.rules, steps)
  const isChanged = JSON.stringify(value) !== JSON.stringify(valueAt(draft.inForce, steps))
  return (
    <div className="rule-field" data-changed={isChanged || undefined} data-wide={kind === 'words' || undefined}>
      <label htmlFor={id}>{playbook.fields[path] ?? path}</label>
      <RuleField
        id={id}
        kind={kind}
        value={value}
        disabled={disabled}
        bad={fault !== undefined}
        onChange={(next) => draft.set(steps, next)}
      />
      {playbook.hints[path] ? <p className="quiet small">{playbook.hints[path]}</p> : null}
      {fault ? (
        <p className="rule-fault" role="alert">
          {fault.message}
        </p>
      ) : null}
    </div>
  )
}

function RowsTable({ rows, draft, faults, disabled }: Omit<Given, 'part'> & { rows: Rows }) {
  const { playbook } = useWords()
  const steps = rows.path.split('.')
  const list = valueAt(draft.rules, steps)
  const members = Array.isArray(list)
    ? list.map((one, index): [string, string, unknown] => [String(index), String((one as Rules).id ?? index), one])
    : Object.entries((list ?? {}) as Rules).map(([key, one]): [string, string, unknown] => [key, key, one])
  const move = (index: number, by: number) => {
    const next = [...(list as unknown[])]
    const [one] = next.splice(index, 1)
    next.splice(index + by, 0, one)
    draft.set(steps, next)
  }
  const of = valueAt(draft.rules, steps.slice(0, -1))
  const title = playbook.rows[rows.path] ?? String((of as Rules).name ?? rows.path)
  return (
    <section className="rule-rows" aria-label={title}>
      <h3>{title}</h3>
      <div className="rule-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{playbook.id}</th>
              {rows.columns.map(({ path }) => (
                <th scope="col" key={path}>
                  {playbook.columns[path] ?? path}
                </th>
              ))}
              {rows.ordered && !disabled ? <th scope="col">{playbook.order}</th> : null}
            </tr>
          </thead>
          <tbody>
            {members.map(([key, id, member], index) => (
              <tr key={id} data-bad={faults.some(({ path }) => path.startsWith(`${rows.path}.${key}.`)) || undefined}>
                <th scope="row">
                  <code>{id}</code>
                </th>
                {rows.columns.map(({ path, kind }) => (
                  <td key={path}>
                    <RuleField
                      label={`${id} ${playbook.columns[path] ?? path}`}
                      kind={kind}
                      value={valueAt(member, path.split('.'))}
                      disabled={disabled}
                      bad={faults.some((fault) => fault.path.startsWith(`${rows.path}.${key}.${path}`))}
                      onChange={(next) => draft.set([...steps, key, ...path.split('.')], next)}
                    />
                  </td>
                ))}
                {rows.ordered && !disabled ? (
                  <td className="rule-order">
                    <Button
                      type="text"
                      size="small"
                      aria-label={playbook.up(id)}
                      disabled={index === 0}
                      onClick={() => move(index, -1)}
                    >
                      ↑
                    </Button>
                    <Button
                      type="text"
                      size="small"
                      aria-label={playbook.down(id)}
                      disabled={index === members.length - 1}
                      onClick={() => move(index, 1)}
                    >
                      ↓
                    </Button>
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
