import type { ReactNode } from 'react'
import { Drawing } from '../look/icons.tsx'
import type { StepKind } from './tree.ts'

const drawings: Record<StepKind | 'trigger' | 'always' | 'end', ReactNode> = {
  wait: (
    <>
      <circle cx="12" cy="12" r="8.500" />
      <path d="M12 7.500V12l3 2" />
    </>
  ),
  send: <path d="M20.500 3.500 3.500 10.500l6.500 3 3 6.500zM10 13.500l4.500-4" />,
  branch: (
    <path d="M12 3v5m0 0c0 4-6 3-6 8v5m6-13c0 4 6 3 6 8v5M3.500 18.500 6 21l2.500-2.500M15.500 18.500 18 21l2.500-2.500" />
  ),
  tag: (
    <>
      <path d="M3.500 11.500v-7a1 1 0 0 1 1-1h7l9 9-8 8z" />
      <circle cx="8" cy="8" r="1" />
    </>
  ),
  score: <path d="M4 20v-6m5.300 6V9m5.400 11v-8M20 20V4" />,
  task: (
    <>
      <rect x="4" y="4" width="16" height="16" rx="2" />
      <path d="m8.500 12 2.500 2.500 4.500-5" />
    </>
  ),
  notify: <path d="M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15zM10 20.500h4" />,
  stage: <path d="M3.500 17.500h5v-5.500h6V6.500h6M17 3l3.500 3.500L17 10" />,
  webhook: (
    <path d="M9 15 15 9M10.500 6.500l2-2a4.200 4.200 0 0 1 6 6l-2 2M13.500 17.500l-2 2a4.200 4.200 0 0 1-6-6l2-2" />
  ),
  exit: <path d="M14 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h8M10 12h10.500M17 8.500l3.500 3.500-3.500 3.500" />,
  trigger: <path d="M13 3 5 13.500h6L10 21l8-10.500h-6z" />,
  always: (
    <>
      <path d="M6 21V4" />
      <path d="M6 5h12l-2.500 4L18 13H6" />
    </>
  ),
  end: <path d="m5 12.500 4.500 4.500L19 7.500" />,
}

export const KindIcon = ({ kind }: { kind: keyof typeof drawings }) => <Drawing size={18}>{drawings[kind]}</Drawing>
