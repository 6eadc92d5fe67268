import type { Enrolled } from '../../journeys/enrol.ts'

/** As many as may be named in one request. */
const mostNamed = 5000

/** Who was enrolled, and why the others were not; leads that are out of reach are told like those that are not there. */
export const report = (journey: string, answers: readonly Enrolled[], others: readonly string[]) => {
  const enrolled = answers.flatMap(({ leadId, enrolment }) => (enrolment === null ? [] : [{ leadId, enrolment }]))
  const unknown = others.map((leadId) => ({ leadId, id: 'lead_unknown', message: '没有这条线索，或不在您的范围内' }))
  const refused = answers.flatMap(({ leadId, why }) => (why === null ? [] : [{ leadId, ...why }]))
  return {
    journey,
    accepted: enrolled.length,
    enrolled: enrolled.slice(0, mostNamed),
    refused: [...refused, ...unknown].slice(0, mostNamed),
  }
}
