export function build(options?: { say?: (line: string) => void }): Promise<string[]>
export function generateClient(say?: (line: string) => void): Promise<string[]>
