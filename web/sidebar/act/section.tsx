import { type ReactNode, useState } from 'react'

/** Something one does now and then: closed until he reaches for it. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" className="button wide" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {title}
      </button>
      {isOpen ? children : null}
    </>
  )
}
