import { Button } from 'antd'
import { Component, type ReactNode } from 'react'
import { useWords } from '../words/words.tsx'

/** A page that breaks leaves the rest standing. */
export class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    return this.state.broken ? <Broken /> : this.props.children
  }
}

function Broken() {
  const { failure } = useWords()
  return (
    <div className="state" role="alert">
      <p className="state-title">{failure.crashed}</p>
      <p className="state-hint">{failure.crashedHint}</p>
      <Button type="primary" onClick={() => window.location.reload()}>
        {failure.reload}
      </Button>
    </div>
  )
}
