import { spawn } from 'node:child_process'
import { join } from 'node:path'

// The fault suite: everything that is killed, cut off, stormed, told twice or out of order, run again and again, because
// what happens once in a hundred times is what it is for. `npm run chaos -- 20` for more rounds; stops at the first that fails.
const suite = [
  'test/start.test.ts',
  'test/src/embedded-postgres.test.ts',
  'test/src/queue',
  'test/src/inbox',
  'test/src/mirror/converge.db.test.ts',
  'test/src/mirror/pull-kf.db.test.ts',
  'test/src/leads/converge.db.test.ts',
  'test/src/messages/deliver.db.test.ts',
  'test/src/messages/group-send.db.test.ts',
  'test/src/wecom/no-answer.db.test.ts',
  'test/src/wecom/pace.db.test.ts',
]
const rounds = Number(process.argv[2] ?? 3)
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('用法：npm run chaos -- 轮数 · usage: npm run chaos -- ROUNDS')
  process.exit(64)
}
for (let round = 1; round <= rounds; round++) {
  console.log(`第 ${round}/${rounds} 轮 · round`)
  await run(suite)
  // Real processes under load, killed again and again.
  await run(['--config', 'vitest.chaos.config.ts'])
}

async function run(args) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test.mjs'), ...args], { stdio: 'inherit' })
  const code = await new Promise((done) => child.once('exit', done))
  if (code !== 0) process.exit(code ?? 1)
}
