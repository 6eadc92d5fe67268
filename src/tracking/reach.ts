/** How far somebody came in what has parts. */
export interface Reach {
  /** A page of a PDF, a second of a video; null: it has no parts, or he has not begun. */
  part: number | null
  parts: number | null
  unit: 'page' | 'second' | null
}

/** 读到第 4 页，共 9 页. Empty where it has no parts, or he is still at the first. */
export function sayReach({ part, parts, unit }: Reach): string {
  if (part === null || parts === null || part <= (unit === 'page' ? 1 : 0)) return ''
  return unit === 'page' ? `读到第 ${part} 页，共 ${parts} 页` : `看到 ${saySeconds(part)}，共 ${saySeconds(parts)}`
}

const saySeconds = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

/** What the parts of a visit `v` of a piece `c` are. */
export const reachColumns =
  "v.part, v.parts, CASE WHEN v.parts IS NOT NULL THEN CASE c.kind WHEN 'video' THEN 'second' ELSE 'page' END END AS unit"
