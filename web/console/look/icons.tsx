import type { ReactNode } from 'react'

interface Sized {
  size?: number
}

/** Lines of one weight in a square of 24. */
export function Drawing({ size = 20, children }: Sized & { children: ReactNode }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

export function ReviewIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M9 4h6a1 1 0 0 1 1 1v2H8V5a1 1 0 0 1 1-1z" />
      <path d="M8 5.5H6a1 1 0 0 0-1 1V19a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V6.500a1 1 0 0 0-1-1h-2" />
      <path d="m9 13.500 2.200 2.200L15.500 11" />
    </Drawing>
  )
}

export function AccountsIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M4 20V6.500a1 1 0 0 1 .7-1l7-2.300a1 1 0 0 1 1.300 1V20M13 9.500h6a1 1 0 0 1 1 1V20M3 20h18" />
      <path d="M7.500 9h2M7.500 12.500h2M7.500 16h2M16 13h1M16 16.500h1" />
    </Drawing>
  )
}

export function LeadsIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <circle cx="9" cy="8.500" r="3.500" />
      <path d="M3 19.500c.5-3.500 2.800-5.500 6-5.500s5.500 2 6 5.500" />
      <path d="M15.500 5.400a3.300 3.300 0 0 1 0 6.200M17.500 14.500c2 .7 3.200 2.400 3.500 5" />
    </Drawing>
  )
}

export function DashboardIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M3 6v12l9-4 9 4V6l-9 4z" />
      <path d="M12 10v4" />
    </Drawing>
  )
}

export function InboxIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M4 13.500 6.500 5h11L20 13.500V19H4z" />
      <path d="M4 13.500h4.500l1.200 2.500h4.600l1.200-2.500H20" />
    </Drawing>
  )
}

export function JourneysIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <circle cx="5.500" cy="6" r="2.500" />
      <circle cx="18.500" cy="12" r="2.500" />
      <circle cx="5.500" cy="18" r="2.500" />
      <path d="M8 6h4a4 4 0 0 1 4 4M8 18h4a4 4 0 0 0 4-4" />
    </Drawing>
  )
}

export function ContentIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M6 4h8l4 4v12H6z" />
      <path d="M14 4v4h4M9 12.500h6M9 16h4" />
    </Drawing>
  )
}

export function SendIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M20 4 3.500 10.500l6.500 2.700M20 4l-5.500 16-4.500-6.800M20 4 10 13.200" />
    </Drawing>
  )
}

export function CodesIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4z" />
      <path d="M14 14h2.500M20 14v2.500M14 17.500V20h3M20 20v-.500" />
    </Drawing>
  )
}

export function ImportIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M12 4v10.500M7.500 10.500 12 15l4.500-4.500" />
      <path d="M4 15.500V19a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3.500" />
    </Drawing>
  )
}

export function RulesIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M4 7h8.500M17.500 7H20M4 17h2.500M11.500 17H20" />
      <circle cx="15" cy="7" r="2.500" />
      <circle cx="9" cy="17" r="2.500" />
    </Drawing>
  )
}

export function SearchIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <circle cx="11" cy="11" r="6.500" />
      <path d="m20 20-4.200-4.200" />
    </Drawing>
  )
}

export function BackIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M14.500 5 8 12l6.500 7" />
    </Drawing>
  )
}

export function CloseIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M6 6l12 12M18 6 6 18" />
    </Drawing>
  )
}

export function HandIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M8 12V5.500a1.500 1.500 0 0 1 3 0V11m0-.500V4.500a1.500 1.500 0 0 1 3 0V11m0-4.500a1.500 1.500 0 0 1 3 0V14c0 4-2.500 6.500-6 6.500-2.800 0-4.300-1.300-5.700-3.800L3.600 13.600a1.500 1.500 0 0 1 2.500-1.600L8 14.200" />
    </Drawing>
  )
}

export function PlugIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M9 3.500V8M15 3.500V8M6.500 8h11v3.500a5.500 5.500 0 0 1-11 0z" />
      <path d="M12 17v3.500" />
    </Drawing>
  )
}

export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="var(--accent-fill)" />
      <path
        d="M5 9.200c0-1 1.100-1.600 2-1.100l7 4.400v7l-7 4.400c-.9.500-2-.1-2-1.100zM27 9.200c0-1-1.100-1.600-2-1.100l-7 4.400v7l7 4.400c.9.500 2-.1 2-1.100z"
        fill="#fff"
      />
      <circle cx="16" cy="16" r="3" fill="#9fd8b8" />
    </svg>
  )
}

export function SegmentsIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <circle cx="9" cy="12" r="5.500" />
      <circle cx="15" cy="12" r="5.500" />
    </Drawing>
  )
}

export function TeamIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M12 4v4M5 12h14M5 12v3M12 8v7M19 12v3" />
      <circle cx="5" cy="17.500" r="2.200" />
      <circle cx="12" cy="17.500" r="2.200" />
      <circle cx="19" cy="17.500" r="2.200" />
    </Drawing>
  )
}

export function MembersIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <rect x="3.500" y="5" width="17" height="14" rx="1.500" />
      <circle cx="9" cy="10.500" r="2.200" />
      <path d="M5.800 16c.4-1.700 1.600-2.600 3.200-2.600s2.800.9 3.200 2.600M14.500 9.500h3.500M14.500 13h3.500" />
    </Drawing>
  )
}

export function SystemIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M3.500 12h4l2-6 4 12 2.500-6h4.500" />
    </Drawing>
  )
}

export function TransfersIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M4 8h14M14.500 4.500 18 8l-3.500 3.500M20 16H6M9.500 12.500 6 16l3.500 3.500" />
    </Drawing>
  )
}

export function AnswersIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M4 5.500h16a1 1 0 0 1 1 1V16a1 1 0 0 1-1 1h-8l-4.500 3.500V17H4a1 1 0 0 1-1-1V6.500a1 1 0 0 1 1-1z" />
      <path d="M10 9.300a2 2 0 1 1 2.600 1.900c-.4.200-.6.500-.6 1v.3M12 14.600v.1" />
    </Drawing>
  )
}

export function AutomationIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <rect x="3" y="5" width="18" height="6" rx="3" />
      <circle cx="18" cy="8" r="1" />
      <rect x="3" y="13.500" width="18" height="6" rx="3" />
      <circle cx="6" cy="16.500" r="1" />
    </Drawing>
  )
}

export function MoreIcon({ size }: Sized) {
  return (
    <Drawing size={size}>
      <path d="M5 5h4v4H5zM15 5h4v4h-4zM5 15h4v4H5zM15 15h4v4h-4z" />
    </Drawing>
  )
}
