/**
 * Whether a failure is the database being away or full, and not the fault of what was asked: connection exceptions (class 08),
 * insufficient resources (53), shut-down and cancelled (57), system errors (58), a server that only reads (25006), and what
 * `pg` and the network say of a connection that broke.
 */
export function isOutage(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string }
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code))
    return /^(08|53|57|58)/.test(code) || code === '25006'
  return /^E[A-Z]+$/.test(code ?? '') || broken.test(message ?? '')
}

const broken =
  /timeout exceeded when trying to connect|Connection terminated|not queryable|after calling end on the pool|Client was closed/
