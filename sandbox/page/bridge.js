// What the client gives the pages it opens: the native half of the JS-SDK. A page inside WeCom finds `WeixinJSBridge` on its
// window; here it is this stand-in, which hands every call to the sandbox window around the page. Elsewhere it does nothing.
;(() => {
  if (window.parent === window) return
  const sandbox = new URL(document.currentScript.src).origin
  const waiting = new Map()
  let serial = 0
  const agent = `${navigator.userAgent} wxwork/4.1.36 MicroMessenger/7.0.1 Language/zh ColorScheme/Light`
  Object.defineProperty(navigator, 'userAgent', { get: () => agent })
  window.addEventListener('message', ({ origin, source, data }) => {
    if (origin !== sandbox || source !== window.parent || typeof data?.jsapi !== 'number') return
    waiting.get(data.jsapi)?.(data.answer)
    waiting.delete(data.jsapi)
  })
  window.WeixinJSBridge = {
    invoke(name, params, done = () => {}) {
      serial += 1
      waiting.set(serial, done)
      const [url] = location.href.split('#')
      window.parent.postMessage({ jsapi: serial, name, params, url }, sandbox)
    },
    on() {},
  }
})()
