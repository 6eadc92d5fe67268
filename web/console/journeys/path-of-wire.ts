const round = 8

/** A wire as SVG: straight down where it can be, else with one sideways stretch near its beginning or near its end. */
export function pathOfWire(
  { x: sx, y: sy }: { x: number; y: number },
  { x: tx, y: ty }: { x: number; y: number },
  turns: 'early' | 'late',
): string {
  if (Math.abs(sx - tx) < 1) return `M${sx},${sy} L${tx},${ty}`
  const y = turns === 'early' ? sy + 20 : ty - 16
  const way = Math.sign(tx - sx)
  const r = Math.min(round, Math.abs(tx - sx) / 2, Math.abs(y - sy), Math.abs(ty - y))
  return [
    `M${sx},${sy} L${sx},${y - r}`,
    `Q${sx},${y} ${sx + way * r},${y}`,
    `L${tx - way * r},${y}`,
    `Q${tx},${y} ${tx},${y + r}`,
    `L${tx},${ty}`,
  ].join(' ')
}
