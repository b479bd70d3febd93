import type { Secret } from './secret.js';

/** Text from outside, fit for a message: one line of at most 200 characters, without the secrets. */
export function printable(text: string, secrets: readonly Secret[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.reveal() !== '') clean = clean.replaceAll(secret.reveal(), '[secret]');
  }
  return clean.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 200);
}
