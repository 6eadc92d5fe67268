/** Preloaded into a child that knows nothing of its parent: when the parent is gone, the child is asked to end. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
