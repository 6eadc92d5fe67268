import { Button, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import type { Member } from './shapes.ts'
import { membersWords } from './words.ts'

/** A member's way in: out everywhere, or in by a link. These are done at once, not with the rest. */
export function MemberAccess({
  member: { userid, sessions, active, inScope },
  onChanged,
}: {
  member: Member
  onChanged(): Promise<unknown>
}) {
  const words = useRoomWords(membersWords)
  const reasonOf = useReason()
  const { show } = useToasts()
  const [link, setLink] = useState<string>()
  const act = async (run: () => Promise<void>) => {
    try {
      await run()
    } catch (error) {
      show({ id: 'access', tone: 'bad', text: reasonOf(error) })
    }
    await onChanged()
  }
  const path = `/api/members/${encodeURIComponent(userid)}`
  const signOut = () =>
    act(async () => {
      const { ended } = await call<{ ended: number }>('POST', `${path}/sign-out`)
      show({ id: 'access', tone: 'good', text: words.signedOut(ended) })
    })
  const makeLink = () => act(async () => setLink((await call<{ url: string }>('POST', `${path}/sign-in-link`)).url))
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text)
    show({ id: 'access', text: words.copied, lasts: 2_000 })
  }
  return (
    <fieldset>
      <legend>{words.access}</legend>
      <div className="members-access">
        <Button disabled={sessions === 0} onClick={() => void signOut()}>
          {words.signOutAll}
        </Button>
        <Button disabled={!active || !inScope} onClick={() => void makeLink()}>
          {words.link}
        </Button>
      </div>
      {link ? (
        <>
          <div className="members-access">
            <Input readOnly value={link} aria-label={words.link} onFocus={({ target }) => target.select()} />
            <Button onClick={() => void copy(link)}>{words.copy}</Button>
          </div>
          <p className="quiet small">{words.linkHint}</p>
        </>
      ) : null}
    </fieldset>
  )
}
