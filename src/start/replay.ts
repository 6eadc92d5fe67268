import { replay } from '../inbox/replay.ts'
import { runCommand, Usage } from './run-command.ts'

/** `npm run replay -- INBOX_ID`: a stored event is handled again. */
await runCommand(async ({ args, house }) => {
  const id = Number(args[0])
  if (!Number.isSafeInteger(id) || id < 1)
    throw new Usage('用法：npm run replay -- 事件编号（在控制台「收到」里可以看到）')
  await replay(await house(), id)
  console.log(`事件 ${id} 已重新排队 · queued again`)
})
