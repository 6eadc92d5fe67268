const hasHan = /\p{Script=Han}/u

let loading: Promise<(text: string) => string> | undefined

/** The same words in simplified characters; the dictionary (110 kB) is read by whoever first needs it. */
export async function simplified(text: string): Promise<string> {
  if (!hasHan.test(text)) return text
  loading ??= import('opencc-js/t2cn').then(({ Converter }) => Converter({ from: 't', to: 'cn' }))
  return (await loading)(text)
}
