import { createServer, type Server } from 'node:http'
import Koa from 'koa'
import { runRole } from './role.ts'

await runRole('web', async ({ config, log }) => {
  const app = new Koa({ proxy: config.trustProxy })
  app.on('error', (error: Error) => log.error({ err: error }, 'request failed'))
  app.use(async (ctx, next) => {
    if (ctx.path === '/healthz') ctx.body = { ok: true }
    else await next()
  })
  const server = createServer(app.callback())
  await listen(server, config.port, config.host)
  return {
    consoleUrl: `${config.publicUrl}/console`,
    close: () => closeServer(server),
  }
})

function listen(server: Server, port: number, host: string) {
  return new Promise<void>((done, fail) => {
    server.once('error', fail).listen(port, host, () => {
      server.off('error', fail)
      done()
    })
  })
}

/** Answers what is being asked, takes nothing new. */
function closeServer(server: Server) {
  return new Promise<void>((done) => {
    server.close(() => done())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 5_000).unref()
  })
}
