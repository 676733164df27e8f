declare const process: { argv: string[]; stdout: { write(text: string): void } }
declare function fetch(url: string, init: object): Promise<{ json(): Promise<any> }>
