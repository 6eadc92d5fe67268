import { createServer } from 'node:net'

/** Whether something could listen there now. @throws when the address itself cannot be used */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? done(false) : fail(error)))
    server.listen({ port, host, exclusive: true }, () => server.close(() => done(true)))
  })
}

/** `from`, or the next free one after it. */
export async function nextFree(from: number, host: string): Promise<number> {
  for (let port = from; port <= 65_535; port++) if (await isFree(port, host)) return port
  throw new Error(`no free port from ${from}`)
}
