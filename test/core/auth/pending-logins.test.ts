import * as crypto from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { LoopbackListener } from '../../../src/core/auth/loopback-listener.js';
import { PendingLogins } from '../../../src/core/auth/pending-logins.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { Secret } from '../../../src/core/primitives/secret.js';

vi.mock('node:crypto', { spy: true });
const compared = vi.mocked(crypto.timingSafeEqual);
afterEach(() => compared.mockClear());

const state = 's'.repeat(43);
const authorization = {
  url: 'https://id.kick.com/oauth/authorize',
  state: new Secret(state),
  verifier: new Secret('v'.repeat(43)),
  redirectUri: 'https://bot.test/v1/integrations/callback/kick',
  scopes: [],
};

const lengthsCompared = () => new Set(compared.mock.calls.flat().map(({ byteLength }) => byteLength));

it('21. compares a state and a browser’s secret of any length as digests, in constant time', () => {
  const logins = new PendingLogins(new SystemClock());
  logins.add({ authorization, kind: 'bot', identifier: 'my-bot' }, 'the session');
  fc.assert(
    fc.property(fc.string(), (guess) => {
      expect(logins.find(guess, 'the session')).toBe('unknown');
      expect(logins.find(state, guess)).toBe('other browser');
    }),
  );
  expect(compared.mock.calls.length).toBeGreaterThanOrEqual(300);
  expect(lengthsCompared()).toEqual(new Set([32]));
  expect(logins.find(state, 'the session')).toHaveProperty('take');
});

it('21. does so on this machine’s own listener', async () => {
  const listener = await LoopbackListener.open(0, new SystemClock());
  listener.expect(authorization.state, async () => ({ title: 'Done', text: '' }));
  const guesses = ['', 's', state.slice(1), `${state}s`, 'é'.repeat(43)];
  for (const guess of guesses) {
    const url = `http://127.0.0.1:${listener.port}/callback?code=x&state=${encodeURIComponent(guess)}`;
    expect((await fetch(url)).status).toBe(400);
  }
  await listener.close();
  expect(compared).toHaveBeenCalledTimes(guesses.length);
  expect(lengthsCompared()).toEqual(new Set([32]));
});
