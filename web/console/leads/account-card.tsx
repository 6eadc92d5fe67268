import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { leadAccountQuery } from '../accounts/shapes.ts'
import { useNames } from '../api/names.ts'
import { Stage } from '../pieces/stage.tsx'
import { useWords } from '../words/words.tsx'

/** The company somebody is in, and his part there. */
export function AccountCard({ leadId }: { leadId: string }) {
  const words = useWords()
  const names = useNames()
  const say = words.accounts
  const { data } = useQuery(leadAccountQuery(leadId))
  if (!data) return null
  const { account, person } = data
  const role = names.words?.accountRoles.find(({ id }) => id === (person?.role?.id ?? person?.suggestedRole))?.name
  return (
    <section className="card">
      <h3>{say.card}</h3>
      {account ? (
        <>
          <p>
            <Link href={`/accounts/${account.id}`} dir="auto">
              {account.name}
            </Link>{' '}
            {account.stage ? <Stage stage={account.stage} /> : null} {words.points(account.score)}
          </p>
          <p className="quiet small">
            {say.people(account.people, account.activePeople)}
            {role ? ` · ${person?.role ? role : say.suggested(role)}` : ''}
          </p>
        </>
      ) : (
        <p className="quiet">{say.noCard}</p>
      )}
    </section>
  )
}
