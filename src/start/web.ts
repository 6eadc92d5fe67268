import { createServer } from '../http/server.ts'
import { firstConsoleUrl } from '../http/sign-in-links.ts'
import { createAcceptor } from '../inbox/accept.ts'
import { buildHouse } from './build-house.ts'
import { runRole } from './role.ts'

await runRole('web', async ({ config, clock, log }) => {
  const { house, close } = await buildHouse({ config, clock, log, role: 'web' })
  const acceptor = createAcceptor(house)
  const server = createServer(house, { acceptor })
  const port = await server.listen(config.port, config.host)
  log.info({ port }, 'listening')
  return {
    consoleUrl: await firstConsoleUrl(house),
    async close() {
      await server.close()
      await close()
    },
  }
})
