import { afterEach, expect } from 'vitest';
import { takeWritten } from './recording-logger.js';

/** A token of the sandbox. No log, error or page may show one, in any test of the suite (reliability 43). */
export const sandboxToken = /sbx-[\w-]{44}/;

let printed = '';
for (const stream of [process.stdout, process.stderr]) {
  stream.write = new Proxy(stream.write, {
    apply(write, self, given: Parameters<typeof stream.write>) {
      printed += String(given[0]);
      return Reflect.apply(write, self, given);
    },
  });
}

afterEach(() => {
  const seen = printed + takeWritten();
  printed = '';
  expect(sandboxToken.test(seen), 'a token was logged or printed').toBe(false);
});
