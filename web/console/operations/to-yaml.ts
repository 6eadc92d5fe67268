/** A value as YAML people can read: short lists and small objects stay on one line. For looking at, not for parsing back. */
export function toYaml(value: unknown, depth = 0): string {
  const pad = '  '.repeat(depth)
  if (Array.isArray(value)) {
    return value.map((item) => `${pad}- ${inline(item) ?? toYaml(item, depth + 1).trimStart()}`).join('\n')
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => {
        const short = inline(part)
        return short === null ? `${pad}${key}:\n${toYaml(part, depth + 1)}` : `${pad}${key}: ${short}`
      })
      .join('\n')
  }
  return pad + scalar(value)
}

const widest = 96

/** On one line, or null when it would not be read there. */
function inline(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return scalar(value)
  const parts: (string | null)[] = Array.isArray(value)
    ? value.map(inline)
    : Object.entries(value).map(([key, part]) => {
        const short = inline(part)
        return short === null ? null : `${key}: ${short}`
      })
  if (parts.includes(null)) return null
  const text = parts.join(', ')
  if (text.length > widest) return null
  if (Array.isArray(value)) return `[${text}]`
  return text === '' ? '{}' : `{ ${text} }`
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value)
  return value === '' || /^[\s\-?:,[\]{}#&*!|>'"%@`]|: |\s#|^(true|false|null|yes|no|on|off|[\d.]+)$|\n/i.test(value)
    ? JSON.stringify(value)
    : value
}
