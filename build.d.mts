export function build(options?: { say?: (line: string) => void }): Promise<boolean>
export function generateClient(say?: (line: string) => void): Promise<boolean>
