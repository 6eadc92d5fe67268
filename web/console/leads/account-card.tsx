import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Select } from 'antd'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import { leadAccountQuery } from '../accounts/shapes.ts'
import { useNames } from '../api/names.ts'
import type { Lead } from '../api/shapes.ts'
import { Stage } from '../pieces/stage.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'

/** The company somebody is in, and his part there. */
export function AccountCard({ lead }: { lead: Lead }) {
  const words = useWords()
  const names = useNames()
  const say = words.accounts
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const { data } = useQuery(leadAccountQuery(lead.id))
  if (!data) return null
  const { account, person } = data
  const roles = names.words?.accountRoles ?? []
  const suggested = roles.find(({ id }) => id === person?.suggestedRole)?.name
  const setRole = async (role: string | null) => {
    try {
      await call('PUT', `/api/leads/${lead.id}/role`, { body: { role } })
      show({ id: 'role', tone: 'good', text: say.done })
    } catch (error) {
      show({ id: 'role', tone: 'bad', text: say.card, hint: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: ['lead', lead.id] })
  }
  return (
    <section className="card">
      <h2>{say.card}</h2>
      {account ? (
        <>
          <p>
            <Link href={`/accounts/${account.id}`} dir="auto">
              {account.name}
            </Link>{' '}
            {account.stage ? <Stage stage={account.stage} /> : null} {words.points(account.score)}
          </p>
          <p className="quiet small">{say.people(account.people, account.activePeople)}</p>
          <Select
            size="small"
            className="account-role"
            allowClear
            value={person?.role?.id ?? null}
            aria-label={say.role(names.lead(lead))}
            placeholder={suggested ? say.suggested(suggested) : say.noRole}
            options={roles.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(role: string | null | undefined) => void setRole(role ?? null)}
          />
        </>
      ) : (
        <p className="quiet">{say.noCard}</p>
      )}
    </section>
  )
}
