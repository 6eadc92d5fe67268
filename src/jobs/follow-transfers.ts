import { defineJob } from '../define.ts'
import { coverAbsences } from '../transfers/absence.ts'
import { briefTakers } from '../transfers/brief-takers.ts'
import { callTransfers } from '../transfers/call.ts'
import { followTransfers } from '../transfers/follow.ts'
import { placeTransfers } from '../transfers/place.ts'

/** Customers who change hands: who takes over is found, WeCom is asked, what became of it is followed, and he hears what he needs. */
export default defineJob({
  every: '10s',
  async run(house) {
    const more = [
      await coverAbsences(house),
      await placeTransfers(house),
      await callTransfers(house),
      await followTransfers(house),
      await briefTakers(house),
    ]
    return more.includes(true)
  },
})
