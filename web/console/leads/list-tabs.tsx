import { useNames } from '../api/names.ts'
import { useRoomWords } from '../words/room-words.ts'
import { listWords } from './list-words.ts'
import type { Tab } from './views.ts'

/** The lists there are; the one that is looked at is marked. */
export function ListTabs({ tabs, at, onChoose }: { tabs: readonly Tab[]; at: string; onChoose(tab: Tab): void }) {
  const words = useRoomWords(listWords)
  const names = useNames()
  return (
    <nav className="list-tabs" aria-label={words.pools}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          className="list-tab one-line"
          dir="auto"
          aria-current={tab.id === at ? 'page' : undefined}
          title={tab.view && !tab.view.mine ? words.shared(names.staff(tab.view.by)) : tab.label}
          onClick={() => onChoose(tab)}
        >
          {tab.label}
        </button>
      ))}
    </nav>
  )
}
