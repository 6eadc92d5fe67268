import fc from 'fast-check'

// The same cases in every run, so that a red run is red again; `SEED=random` or a number looks further.
const { SEED } = process.env
if (SEED !== 'random') fc.configureGlobal({ seed: SEED ? Number(SEED) : 20_261_128 })
