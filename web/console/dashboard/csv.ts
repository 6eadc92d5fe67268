/** A cell a spreadsheet reads as text or number, never as a formula: whoever names a channel `=cmd|…` has named a channel. */
export function csvCell(value: string | number | null | undefined): string {
  if (value == null) return ''
  if (typeof value === 'number') return String(value)
  const safe = /^\s*[=+\-@|%＝＋－＠]/.test(value) ? `'${value}` : value
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export type Table = readonly (readonly (string | number | null | undefined)[])[]

/** With a mark at the start by which Excel knows UTF-8. */
export const csvOf = (rows: Table): string => `\uFEFF${rows.map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`
