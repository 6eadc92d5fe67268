import { useWords } from '../words/words.tsx'
import { Dialog } from './dialog.tsx'
import './key-help.css'

/** What the keys of a room do. */
export function KeyHelp({ keys, onClose }: { keys: readonly (readonly [string[], string])[]; onClose(): void }) {
  const words = useWords()
  return (
    <Dialog title={words.shortcuts} onClose={onClose}>
      <dl className="key-help">
        {keys.map(([names, does]) => (
          <div key={does}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
