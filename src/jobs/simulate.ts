import { defineJob } from '../define.ts'
import { runSimulations } from '../simulation/simulate.ts'

/** Changes of the rules, tried on what has happened. */
export default defineJob({ every: '30s', run: (house) => runSimulations(house) })
