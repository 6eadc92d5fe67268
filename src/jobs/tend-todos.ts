import { defineJob } from '../define.ts'
import { tendTodos } from '../messages/tend-todos.ts'

/** Members hear what they have to send, managers what stays undone. */
export default defineJob({ every: '1m', run: tendTodos })
