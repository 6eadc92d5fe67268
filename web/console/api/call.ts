export { CallFailed, call, queryOf, serverNow } from '../../shared/call.ts'
