const characters = new Intl.Segmenter('zh', { granularity: 'grapheme' })

/** Shortens to so many UTF-8 bytes at a character (an emoji is one), with … in place of the rest. */
export function cutBytes(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const room = maxBytes - Buffer.byteLength('…')
  let bytes = 0
  let kept = ''
  for (const { segment } of characters.segment(text)) {
    bytes += Buffer.byteLength(segment)
    if (bytes > room) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}
