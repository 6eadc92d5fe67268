// Tells what is read of the page it stands on. It never waits, and nothing waits for it.
;(() => {
  const ticket = document.body.dataset.ticket
  const text = document.querySelector('.text')
  const video = document.querySelector('video')
  const sheets = [...document.querySelectorAll('[data-part]')]
  // What the way by WeCom leaves behind is not passed on.
  const here = new URL(location.href)
  if ('ahead' in document.body.dataset) return comeAgain(here)
  for (const name of ['w', 'seen']) here.searchParams.delete(name)
  here.hash = ''
  if (here.href !== location.href) history.replaceState(null, '', here)
  const press = (form, isDone) => {
    for (const button of form.querySelectorAll('button')) button.disabled = isDone
  }
  for (const form of document.forms) form.addEventListener('submit', () => setTimeout(() => press(form, true)))
  // WeChat gives the page back as it was left: what was pressed may be pressed again.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) for (const form of document.forms) press(form, false)
  })
  const at = document.querySelector('.at b')
  let page = 0
  /** The last page that shows more than a strip. */
  const turn = () => {
    const seen = sheets.filter((sheet) => sheet.getBoundingClientRect().top < innerHeight * 0.6).length || 1
    if (at) at.textContent = seen
    page = Math.max(page, seen)
  }
  if (sheets.length > 0) {
    turn()
    addEventListener('scroll', turn, { passive: true })
  }
  if (!ticket || !(text || video)) return

  const acts = new Set()
  let dwell = 0
  let since = document.visibilityState === 'visible' ? performance.now() : null
  let depth = 0
  let told = ''
  let opened = false

  const inSight = () => dwell + (since === null ? 0 : performance.now() - since)
  const look = () => {
    if (since === null) return
    if (video) return watched()
    const { top, height } = text.getBoundingClientRect()
    if (height > 0) depth = Math.max(depth, Math.min(100, Math.round(((innerHeight - top) / height) * 100)), 0)
  }
  /** What was played, not what was skipped over. */
  const watched = () => {
    const { duration, played } = video
    if (!(duration > 0)) return
    let sum = 0
    for (let n = 0; n < played.length; n++) sum += played.end(n) - played.start(n)
    depth = Math.max(depth, Math.min(100, Math.round((sum / duration) * 100)))
    if (played.length > 0) page = Math.max(page, Math.floor(played.end(played.length - 1)))
  }
  const parts = () => (video ? Math.floor(video.duration) || 0 : sheets.length)
  const tell = () => {
    look()
    const state = { t: ticket, d: Math.round(inSight()), r: depth, a: [...acts] }
    if (parts() > 0) Object.assign(state, { p: page, n: parts() })
    const now = JSON.stringify([Math.floor(state.d / 5000), state.r, state.a, state.p])
    if (!opened || now === told) return
    told = now
    const body = JSON.stringify(state)
    // A refused beacon is lost; the next one says the same and more.
    if (navigator.sendBeacon?.('/c/t', body)) return
    void fetch('/c/t', { method: 'POST', body, keepalive: true }).catch(() => {})
  }

  /** This was fetched before anybody wanted it: who is here now asks for it himself. */
  function comeAgain(address) {
    const look = () => {
      if (document.prerendering || document.visibilityState !== 'visible') return
      address.searchParams.set('seen', '1')
      location.replace(address)
    }
    document.addEventListener('visibilitychange', look)
    document.addEventListener('prerenderingchange', look)
    look()
  }

  const begin = () => {
    if (document.visibilityState === 'visible') since ??= performance.now()
  }
  const rest = () => {
    tell()
    dwell = inSight()
    since = null
  }
  document.addEventListener('visibilitychange', () => (document.visibilityState === 'visible' ? begin() : rest()))
  // Old WebViews on iOS leave and come back without saying more than this.
  addEventListener('pagehide', rest)
  addEventListener('pageshow', begin)
  addEventListener('scroll', look, { passive: true })
  for (const part of document.querySelectorAll('details[data-act]'))
    part.addEventListener('toggle', () => {
      if (part.open) acts.add(part.dataset.act)
      tell()
    })
  // What lies elsewhere is opened by going there.
  const go = document.querySelector('[data-go]')
  if (go) {
    opened = true
    tell()
    return location.replace(go.href)
  }
  // Whoever is gone within a second has not opened it.
  const wait = setInterval(() => {
    if (inSight() < 1000) return
    clearInterval(wait)
    opened = true
    tell()
    setInterval(() => since !== null && tell(), 5000)
  }, 250)
})()
