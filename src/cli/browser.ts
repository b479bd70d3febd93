import { execFile } from 'node:child_process';

/**
 * Opens an address in the person's own browser. No shell sees the address. Resolves with false where there is no
 * browser to open.
 */
export function openBrowser(url: string): Promise<boolean> {
  const [program, args] = opener(url);
  return new Promise((resolve) => {
    const child = execFile(program, args, (error) => resolve(error === null));
    child.unref();
  });
}

function opener(url: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [url]];
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]];
  return ['xdg-open', [url]];
}
