/** A WeCom that says yes to everything at once: for measuring what the product does before it asks. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const token = JSON.stringify({ errcode: 0, errmsg: 'ok', access_token: 'stub', expires_in: 7200 })
const yes = JSON.stringify({ errcode: 0, errmsg: 'ok' })
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'Content-Type': 'application/json' })
  response.end(request.url?.includes('gettoken') ? token : yes)
})
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => process.send?.({ ready: true, port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
