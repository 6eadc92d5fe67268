export type Lock = { release(): void; holder?: undefined } | { release?: undefined; holder: number }
export function takeLock(path: string): Lock
export function waitForLock(path: string, onWait?: (holder: number) => void): Promise<{ release(): void }>
export function identityOf(pid: number): string | undefined
