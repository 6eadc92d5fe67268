import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Router } from '@koa/router'
import Koa from 'koa'
import type { House } from '../house.ts'
import type { Acceptor } from '../inbox/accept.ts'
import { addApi } from './api.ts'
import { callbackDoor, isCallback } from './callback.ts'
import { serveConsole } from './console.ts'
import { addContentFiles } from './content-files.ts'
import { addDocs } from './docs.ts'
import { addHealth, type Probe } from './health.ts'
import { addHooks } from './hooks.ts'
import { addJoinPage } from './join-page.ts'
import { addLinks } from './links.ts'
import { addPageDoors } from './page-doors.ts'
import { addPages } from './pages.ts'
import { addPrefsPage } from './prefs-page.ts'
import { probesOf } from './probes.ts'
import { aroundRequests } from './request.ts'
import { routes } from './routes.ts'
import { serveSidebar } from './sidebar.ts'
import { addSignIn } from './sign-in.ts'
import { addSignInDoors } from './sign-in-doors.ts'
import { addSignInPage } from './sign-in-page.ts'
import { addStream } from './stream.ts'
import { verifyFiles } from './verify-files.ts'

export interface Server {
  http: HttpServer
  /** Answers the port it listens on; 0 lets the system choose. Fails with the system's error when the port is taken. */
  listen(port: number, host: string): Promise<number>
  /** Takes nothing new, finishes what is being asked, then stores what is on its way. */
  close(): Promise<void>
}

export interface ServerParts {
  acceptor: Acceptor
  /** Parts this role can do without; each says what is wrong with it, or null. */
  degraded?: Readonly<Record<string, Probe>>
  /** The pages of the console; by default those that were built. */
  consolePages?: Koa.Middleware
  /** For tests: an answer that is not what its schema says is an error. */
  checkAnswers?: boolean
}

/** A slow client is cut off; none may hold a connection open without asking. */
const headersMs = 10_000
const requestMs = 300_000
const keepAliveMs = 65_000
const maxConnections = 4_000
const drainMs = 5_000

/** Everything that is behind the one HTTP port. */
export function createServer(
  house: House,
  { acceptor, degraded = probesOf(house), consolePages = serveConsole(), checkAnswers = false }: ServerParts,
): Server {
  const app = new Koa({ proxy: house.config.trustProxy, maxIpsCount: house.config.trustProxy ? 1 : 0 })
  app.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever closes a page ends its stream; that is how streams end.
    if (error.code === 'ERR_STREAM_PREMATURE_CLOSE') return
    house.log.error({ err: error }, 'answer could not be written')
  })
  const callback = callbackDoor(house, acceptor)
  app.use(aroundRequests(house))
  app.use(verifyFiles(house))
  const router = new Router()
  addHealth(router, house, degraded)
  addApi(router, house, routes, { checkAnswers })
  addDocs(router, house, routes)
  addHooks(router, house)
  addSignIn(router, house)
  addSignInDoors(router, house)
  addJoinPage(router, house)
  addLinks(router, house)
  addPages(router, house)
  addContentFiles(router, house)
  addPageDoors(router, house)
  addPrefsPage(router, house)
  const streams = addStream(router, house)
  app.use(router.routes())
  app.use(router.allowedMethods({ throw: true }))
  app.use(serveSidebar(house))
  app.use(consolePages)
  // Where no console was built, one can still come in and use the API's docs.
  const bare = new Router()
  addSignInPage(bare, house)
  app.use(bare.routes())

  const koa = app.callback()
  const http = createHttpServer(
    { headersTimeout: headersMs, requestTimeout: requestMs, keepAliveTimeout: keepAliveMs, maxHeaderSize: 16 * 1024 },
    (request, response) => {
      if (isCallback(request))
        callback(request, response).catch((error) => house.log.error({ err: error }, 'answer could not be written'))
      else koa(request, response)
    },
  )
  http.maxConnections = maxConnections
  return {
    http,
    listen: (port, host) =>
      new Promise((done, fail) => {
        http.once('error', fail).listen(port, host, () => {
          http.off('error', fail)
          done((http.address() as AddressInfo).port)
        })
      }),
    async close() {
      streams.close()
      await new Promise<void>((done) => {
        // A connection that was answering becomes idle later.
        const idle = setInterval(() => http.closeIdleConnections(), 50)
        const late = setTimeout(() => http.closeAllConnections(), drainMs)
        http.close(() => {
          clearInterval(idle)
          clearTimeout(late)
          done()
        })
      })
      await acceptor.close()
    },
  }
}
