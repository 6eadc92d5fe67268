// Tells what is read of the page it stands on. It never waits, and nothing waits for it.
;(() => {
  const ticket = document.body.dataset.ticket
  const text = document.querySelector('.text')
  // What the way by WeCom leaves behind is not passed on.
  const here = new URL(location.href)
  here.searchParams.delete('w')
  here.hash = ''
  if (here.href !== location.href) history.replaceState(null, '', here)
  for (const form of document.forms)
    form.addEventListener('submit', () => {
      for (const button of form.querySelectorAll('button')) setTimeout(() => (button.disabled = true))
    })
  if (!ticket || !text) return

  const acts = new Set()
  let dwell = 0
  let since = document.visibilityState === 'visible' ? performance.now() : null
  let depth = 0
  let told = ''
  let opened = false

  const inSight = () => dwell + (since === null ? 0 : performance.now() - since)
  const look = () => {
    if (since === null) return
    const { top, height } = text.getBoundingClientRect()
    if (height > 0) depth = Math.max(depth, Math.min(100, Math.round(((innerHeight - top) / height) * 100)), 0)
  }
  const tell = () => {
    look()
    const state = { t: ticket, d: Math.round(inSight()), r: depth, a: [...acts] }
    const now = JSON.stringify([Math.floor(state.d / 5000), state.r, state.a])
    if (!opened || now === told) return
    told = now
    const body = JSON.stringify(state)
    // A refused beacon is lost; the next one says the same and more.
    if (navigator.sendBeacon?.('/c/t', body)) return
    void fetch('/c/t', { method: 'POST', body, keepalive: true }).catch(() => {})
  }

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') since = performance.now()
    else {
      tell()
      dwell = inSight()
      since = null
    }
  })
  addEventListener('pagehide', tell)
  addEventListener('scroll', look, { passive: true })
  for (const part of document.querySelectorAll('details[data-act]'))
    part.addEventListener('toggle', () => {
      if (part.open) acts.add(part.dataset.act)
      tell()
    })
  // Whoever is gone within a second has not opened it.
  const wait = setInterval(() => {
    if (inSight() < 1000) return
    clearInterval(wait)
    opened = true
    tell()
    setInterval(() => since !== null && tell(), 5000)
  }, 250)
})()
