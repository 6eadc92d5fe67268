import { defineJob } from '../define.ts'
import { dispatch } from '../inbox/dispatch.ts'

/** Handles events of the default lane. */
export default defineJob({ every: '1s', run: (house) => dispatch(house, 'default') })
