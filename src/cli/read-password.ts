import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { KickbotError } from '../core/primitives/error.js';
import { Secret } from '../core/primitives/secret.js';

/** Reads a new password: twice and without showing it on a terminal, else the first line of standard input. */
export async function readNewPassword(): Promise<Secret> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    const [line = ''] = (await text(stdin)).split(/\r?\n/, 1);
    return new Secret(line);
  }
  const password = await ask('New password: ', stdin, stderr);
  if (password !== (await ask('Once more: ', stdin, stderr))) {
    throw new KickbotError('usage.passwords_differ', 'The two passwords differ: try again.');
  }
  return new Secret(password);
}

async function ask(question: string, input: NodeJS.ReadStream, output: NodeJS.WriteStream): Promise<string> {
  // readline echoes what is typed to its output: this one shows nothing.
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silence, terminal: true });
  const cancelled = new Promise<never>((_resolve, reject) => {
    lines.once('close', () =>
      reject(new KickbotError('usage.cancelled', 'No password was set: the question was not answered.')),
    );
  });
  output.write(question);
  try {
    return await Promise.race([lines.question(''), cancelled]);
  } finally {
    cancelled.catch(() => undefined);
    lines.close();
    output.write('\n');
  }
}
