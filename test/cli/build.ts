import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program's tests run the program itself, as it is packed. */
export default function build(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))], {
    stdio: 'inherit',
  });
}
