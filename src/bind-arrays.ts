/**
 * Arrays as PostgreSQL reads them. Sets go through arrays, thousands of values at a time, and the driver's own writing of them
 * took a good part of an import's time. Whatever is not plain is left to the driver.
 */
export function bindArray(values: readonly unknown[]): string | readonly unknown[] {
  let text = '{'
  for (let at = 0; at < values.length; at++) {
    const element = elementText(values[at])
    if (element === null) return values
    text += at === 0 ? element : `,${element}`
  }
  return `${text}}`
}

/** null: not for us. */
function elementText(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return needsEscape.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`
    case 'number':
    case 'boolean':
    case 'bigint':
      return `"${value}"`
    case 'undefined':
      return 'NULL'
    default:
      return value === null ? 'NULL' : value instanceof Date ? momentText(value) : null
  }
}

const needsEscape = /["\\]/

/** Years of more or fewer than four digits are written otherwise. */
function momentText(at: Date): string | null {
  const time = at.getTime()
  return time > 0 && time < 253_402_300_800_000 ? `"${at.toISOString()}"` : null
}
