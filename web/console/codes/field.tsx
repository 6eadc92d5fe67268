import { type ReactNode, useId } from 'react'

/** Something to fill in, under its name. */
export function Field({ label, children }: { label: string; children(id: string): ReactNode }) {
  const id = useId()
  return (
    <div className="code-field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}
