import { Button, Input } from 'antd'
import { useState } from 'react'
import { Dialog } from '../pieces/dialog.tsx'
import { useWords } from '../words/words.tsx'
import type { Opportunity } from './shapes.ts'

/** What may be said anew of a deal; amounts are fen. */
export interface DealChanges {
  name: string
  amount: number | null
  expectedClose: string | null
  competitors: string[]
  nextStep: string | null
  version: number
}

interface Question {
  deal: Opportunity
  onSave(changes: DealChanges): void
  onClose(): void
}

/** What is known of a deal, to be put right. */
export function DealDialog({ deal, onSave, onClose }: Question) {
  const words = useWords()
  const say = words.work.deal
  const [name, setName] = useState(deal.name)
  const [yuan, setYuan] = useState(deal.amount === null ? '' : String(deal.amount / 100))
  const [close, setClose] = useState(deal.expectedClose ?? '')
  const [competitors, setCompetitors] = useState(deal.competitors.join('，'))
  const [nextStep, setNextStep] = useState(deal.nextStep ?? '')
  const isReady = name.trim() !== '' && /^(\d{1,12}(\.\d{1,2})?)?$/.test(yuan.trim())
  const save = () =>
    isReady &&
    onSave({
      name: name.trim(),
      amount: yuan.trim() === '' ? null : Math.round(Number(yuan) * 100),
      expectedClose: close || null,
      competitors: competitors.split(/[,，、]/).flatMap((one) => one.trim() || []),
      nextStep: nextStep.trim() || null,
      version: deal.version,
    })
  const field = (label: string, value: string, set: (value: string) => void, more: object = {}) => (
    <div className="deal-field">
      <span className="quiet small">{label}</span>
      <Input value={value} maxLength={100} aria-label={label} onChange={({ target }) => set(target.value)} {...more} />
    </div>
  )
  return (
    <Dialog
      title={say.edit}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="primary" disabled={!isReady} onClick={save}>
            {say.save}
          </Button>
        </>
      }
    >
      <form
        className="reason-form"
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        {field(say.name, name, setName)}
        {field(say.amount, yuan, setYuan, { inputMode: 'decimal', maxLength: 15 })}
        {field(say.close, close, setClose, { type: 'date' })}
        {field(say.competitors, competitors, setCompetitors, { maxLength: 600 })}
        {field(say.next, nextStep, setNextStep, { maxLength: 200 })}
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}
