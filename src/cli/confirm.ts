import { createInterface } from 'node:readline/promises';

/** Asks on the terminal; whatever is not a yes is a no. */
export async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const left = new Promise<string>((resolve) => {
    lines.once('close', () => resolve('no'));
  });
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `), left]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
