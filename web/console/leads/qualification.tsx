import { useNames } from '../api/names.ts'
import type { Brief } from '../api/shapes.ts'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'

interface Fields {
  kept: Brief['qualification']
  draft: Record<string, string> | undefined
  /** Left out: to look at only. */
  onChange?(fields: Record<string, string>): void
}

/** The playbook's questions, answered by a press each while one looks at the lead. */
export function Qualification({ kept, draft, onChange }: Fields) {
  const words = useWords()
  const names = useNames()
  const questions = names.words?.qualification ?? []
  const answers: Record<string, unknown> = { ...kept?.fields, ...draft }
  if (questions.length === 0 || (!onChange && !kept)) return null
  return (
    <section className="card">
      <h2>{words.lead.qualification}</h2>
      <div className="questions">
        {questions.map(({ id, label, options }) => (
          <fieldset key={id} className="question">
            <legend>{words.known.questions[id] ?? label}</legend>
            <div className="question-answers">
              {options.map((option) => (
                <button
                  key={option.id}
                  type="button"
                  className="answer"
                  aria-pressed={answers[id] === option.id}
                  disabled={!onChange}
                  onClick={() => onChange?.({ ...draft, [id]: option.id })}
                >
                  {words.known.answers[`${id}.${option.id}`] ?? option.name}
                </button>
              ))}
            </div>
          </fieldset>
        ))}
      </div>
      <p className="quiet small">
        {kept ? (
          <>
            {words.lead.qualifiedBy(names.actor(kept.by))} · <When at={kept.at} />
          </>
        ) : (
          words.lead.qualificationHint
        )}
      </p>
    </section>
  )
}
