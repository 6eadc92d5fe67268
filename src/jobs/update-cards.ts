import { defineJob } from '../define.ts'
import { updateCards } from '../messages/cards.ts'

/** Makes cards in members' hands say how things ended. */
export default defineJob({ every: '5s', run: updateCards })
