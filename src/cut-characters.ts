/** At most so many characters of a text on one line, an ellipsis in the last place where something is left out. */
export function cutCharacters(text: string, most: number): string {
  const all = [...text.replace(/\s+/g, ' ').trim()]
  return all.length <= most ? all.join('') : `${all.slice(0, most - 1).join('')}…`
}
