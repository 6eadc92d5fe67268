import { useWords } from '../words/words.tsx'
import type { Sending } from './use-sending.ts'
import '../act/reason-form.css'

/** A red line that what he is about to send touches: said before it goes. */
export function Warning({ warned, decide }: Pick<Sending, 'warned' | 'decide'>) {
  const words = useWords()
  if (!warned) return null
  return (
    <div className="reason warning" role="alertdialog" aria-label={words.send.warning}>
      <b className="bad">{words.send.warning}</b>
      {warned.todo.warnings.map((line) => (
        <p key={line}>{line}</p>
      ))}
      <blockquote>{warned.todo.text}</blockquote>
      <div className="buttons">
        <button type="button" className="button" onClick={() => void decide(false)}>
          {words.send.dont}
        </button>
        <button type="button" className="button main" onClick={() => void decide(true)}>
          {words.send.anyway}
        </button>
      </div>
    </div>
  )
}
