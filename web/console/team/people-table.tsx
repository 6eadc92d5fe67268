import { Button } from 'antd'
import { type DragEvent, useState } from 'react'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { dragged, type Given, type Teammate } from './shapes.ts'
import { teamWords } from './words.ts'

interface Table {
  people: readonly Teammate[]
  onGive(lead: Given, to: string): void
  onHandOver(person: Teammate): void
}

/** Everybody with his load; a lead dropped on a row is given to him. */
export function PeopleTable({ people, onGive, onHandOver }: Table) {
  const words = useRoomWords(teamWords)
  return (
    <table className="team-table">
      <thead>
        <tr>
          <th scope="col">{words.person}</th>
          <th scope="col">{words.load}</th>
          <th scope="col">{words.today}</th>
          <th scope="col">{words.offers}</th>
          <th scope="col">{words.late}</th>
          <th scope="col">{words.lately}</th>
          <th scope="col">
            <span className="unseen">{words.handOver}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <PersonRow
            key={person.userid}
            person={person}
            onGive={(lead) => onGive(lead, person.userid)}
            onHandOver={() => onHandOver(person)}
          />
        ))}
      </tbody>
    </table>
  )
}

const toneOf: Record<Teammate['presence'], string> = { on: 'good', off: 'plain', absent: 'warn', gone: 'bad' }

function PersonRow({
  person,
  onGive,
  onHandOver,
}: {
  person: Teammate
  onGive(lead: Given): void
  onHandOver(): void
}) {
  const words = useRoomWords(teamWords)
  const { account } = useWords()
  const [isOver, setOver] = useState(false)
  const { open, capacity, newToday, newPerDay, holds, lately, lateContacts } = person
  const carries = (event: DragEvent) => event.dataTransfer.types.includes(dragged)
  const isFull = open >= capacity
  return (
    <tr
      data-over={isOver || undefined}
      onDragOver={(event) => {
        if (!carries(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false)
        const lead = event.dataTransfer.getData(dragged)
        if (lead === '') return
        event.preventDefault()
        onGive(JSON.parse(lead) as Given)
      }}
    >
      <th scope="row">
        <span className="team-name" dir="auto">
          {person.name}
        </span>{' '}
        <span className="quiet small">
          {[person.roles.map((role) => account.roles[role] ?? role).join('、'), person.team]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <span className="team-presence">
          <span className={`fate fate-${toneOf[person.presence]}`}>{words.presence[person.presence]}</span>
          <Until person={person} />
        </span>
      </th>
      <td data-name={words.load}>
        <span className="team-load">
          <meter
            min={0}
            max={Math.max(capacity, 1)}
            value={open}
            data-full={isFull || undefined}
            aria-label={words.load}
          />
          <b className={isFull ? 'team-full' : undefined}>{`${open}/${capacity}`}</b>
          {isFull ? <span className="team-full small">{words.full}</span> : null}
        </span>
      </td>
      <td data-name={words.today}>{`${newToday}/${newPerDay}`}</td>
      <td data-name={words.offers}>{holds.offers || <span className="quiet">0</span>}</td>
      <td data-name={words.late}>
        {lateContacts + holds.lateTasks === 0 ? <span className="quiet">0</span> : null}
        {lateContacts > 0 ? <span className="team-late">{words.lateContacts(lateContacts)}</span> : null}
        {holds.lateTasks > 0 ? <span className="team-late">{words.lateTasks(holds.lateTasks)}</span> : null}
      </td>
      <td data-name={words.lately} className="team-lately">
        <span>{words.took(lately.accepted)}</span>
        {lately.declined > 0 ? <span>{words.declined(lately.declined)}</span> : null}
        {lately.lapsed > 0 ? <span className="team-warn">{words.lapsed(lately.lapsed)}</span> : null}
        {lately.returned > 0 ? <span>{words.returned(lately.returned)}</span> : null}
      </td>
      <td className="team-act">
        <Button size="small" aria-label={words.handOverOf(person.name)} onClick={onHandOver}>
          {words.handOver}
        </Button>
      </td>
    </tr>
  )
}

function Until({ person: { presence, until, codes } }: { person: Teammate }) {
  const words = useRoomWords(teamWords)
  const all = useWords()
  const now = useNow()
  const said = [
    until ? (presence === 'off' ? words.backAt : words.until)(sayWhen(until, now, all)) : '',
    codes > 0 ? words.codes(codes) : '',
  ].filter(Boolean)
  return said.length > 0 ? <span className="quiet small">{said.join(' · ')}</span> : null
}
