import { Radio } from 'antd'
import { useRoomWords } from '../words/room-words.ts'
import { ColleagueChoice } from './colleague-choice.tsx'
import { transferWords } from './words.ts'

/** null: whoever the rules find. undefined: somebody, not chosen yet. */
export function ByRulesOr({
  to,
  except,
  onChange,
}: {
  to: string | null | undefined
  except: readonly string[]
  onChange(to: string | null | undefined): void
}) {
  const words = useRoomWords(transferWords)
  return (
    <div className="transfers-form">
      <Radio.Group
        aria-label={words.toWhom}
        value={to === null}
        onChange={({ target }) => onChange(target.value === true ? null : undefined)}
        options={[
          { value: true, label: words.byRules },
          { value: false, label: words.toOne },
        ]}
      />
      {to === null ? (
        <p className="quiet small">{words.byRulesHint}</p>
      ) : (
        <ColleagueChoice label={words.toWhom} value={to} except={except} onChange={onChange} />
      )}
    </div>
  )
}
