const triedUnder = 'bowtie.sidebar.signed-in-at'

/** Off to WeCom and back, here; not again and again when coming back does not help. */
export function signInAgain(): void {
  const tried = Number(sessionStorage.getItem(triedUnder) ?? 0)
  if (Date.now() - tried < 20_000) return
  sessionStorage.setItem(triedUnder, String(Date.now()))
  const here = window.location.pathname + window.location.search
  window.location.replace(`/sidebar/sign-in?to=${encodeURIComponent(here)}`)
}
