/** Take it along. */
export function DownloadIcon() {
  return (
    <svg
      width="18"
      height="18"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      aria-hidden="true"
    >
      <path d="M12 4v11m0 0 4-4m-4 4-4-4M5 19.5h14" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}
