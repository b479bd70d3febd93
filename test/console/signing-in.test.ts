import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/primitives/secret.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { consoleFor, password, Visitor } from './setup.js';

const publicUrl = 'https://bot.example';

let sandbox: Sandbox;
let opened: ReturnType<typeof consoleFor>;

beforeAll(async () => {
  sandbox = await startSandbox();
  opened = consoleFor(sandbox, { publicUrl });
});
afterAll(async () => {
  await opened.bot.stop();
  await sandbox.close();
});

const visitor = (origin = opened.origin) => new Visitor(opened.app, origin);
const isIn = async (who: Visitor) => (await who.get('/console/integrations')).status === 200;

describe('signing in', () => {
  it('is impossible before a password is set, and the page says how to set one', async () => {
    expect(await (await visitor().get('/console/login')).text()).toContain('kickbot console password');
    expect((await visitor().post('/console/login', { password: '' })).status).toBe(403);
  });

  it('needs the password; everything else leads to the login', async () => {
    await opened.bot.operatorPassword.set(new Secret(password));
    const who = visitor();
    for (const path of ['/console/integrations', '/console/anything']) {
      expect((await who.get(path)).headers.get('location')).toBe('/console/login');
    }
    const wrong = await who.post('/console/login', { password: `${password} ` });
    expect([wrong.status, await wrong.text()]).toEqual([403, expect.stringContaining('not the password')]);
    const right = await who.post('/console/login', { password });
    expect([right.status, right.headers.get('location')]).toEqual([303, '/console/integrations']);
    expect(await isIn(who)).toBe(true);
  });

  it('9. gives a __Host- cookie no script and no other site can use, and a plain one on this machine', async () => {
    const [far] = (await visitor().signIn()).setCookies;
    expect(far).toMatch(/^__Host-kickbot=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const [near] = (await visitor('http://localhost:3000').signIn()).setCookies;
    expect(near).toMatch(/^kickbot=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    // The plain name is what a neighbouring host could plant.
    const planted = { cookie: far?.replace('__Host-', '').split(';')[0] ?? '' };
    expect((await visitor().get('/console/integrations', planted)).status).toBe(303);
  });

  it('gives each session a name of its own, which ends with signing out, after 12 hours and with the password', async () => {
    const first = await visitor().signIn();
    const cookie = first.setCookies[0]?.split(';')[0] ?? '';
    await first.signIn();
    expect(first.setCookies[1]?.split(';')[0]).not.toBe(cookie);
    expect((await first.get('/console/integrations', { cookie })).status).toBe(303);

    await first.submit('/console/logout', {});
    expect(await isIn(first)).toBe(false);

    const late = await visitor().signIn();
    opened.clock.advance(12 * 3600_000 - 1);
    expect(await isIn(late)).toBe(true);
    opened.clock.advance(1);
    expect(await isIn(late)).toBe(false);

    const old = await visitor().signIn();
    await opened.bot.operatorPassword.set(new Secret(password));
    expect(await isIn(old)).toBe(false);
  });

  it('slows guessing down for everybody, never checks two at once, and forgets', async () => {
    const guess = async (word = 'wrong') =>
      (await visitor().post('/console/login', { password: word })).status;
    const atOnce = await Promise.all([guess(), guess(), guess()]);
    expect(atOnce.sort()).toEqual([403, 429, 429]);
    for (let failure = 1; failure < 5; failure += 1) expect(await guess()).toBe(403);
    const refused = await visitor().post('/console/login', { password });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    opened.clock.advance(1000);
    expect(await guess()).toBe(403);
    opened.clock.advance(1999);
    expect(await guess(password)).toBe(429);
    opened.clock.advance(1);
    expect(await guess(password)).toBe(303);
    expect(await guess()).toBe(403);
    expect(opened.logger.lines.filter(([, line]) => line.includes('wrong password')).length).toBeGreaterThan(
      5,
    );
    expect(JSON.stringify(opened.logger.lines)).not.toContain(password);
  });
});

describe('a form', () => {
  it('28. from another origin, or from none, is refused before anything is read', async () => {
    const who = await visitor().signIn();
    for (const origin of [
      'https://evil.example',
      'null',
      'http://bot.example',
      'http://localhost:3000',
      '',
    ]) {
      const answer = await who.post('/console/logout', {}, { origin });
      expect(answer.status, origin).toBe(403);
    }
    expect(await isIn(who)).toBe(true);
  });

  it('9. without the token of its session does nothing', async () => {
    const who = await visitor().signIn();
    const other = await visitor().signIn();
    const [, foreign = ''] =
      /name="csrf" value="([^"]+)"/.exec(await (await other.get('/console/integrations')).text()) ?? [];
    for (const csrf of ['', 'x', foreign]) {
      const form = { csrf, kind: 'bot', identifier: 'my-bot' };
      expect((await who.post('/console/integrations/connect', form)).status).toBe(403);
    }
  });
});

it('18. every page allows no script, no frame and no other host, and is kept nowhere', async () => {
  const who = await visitor().signIn();
  const pages = ['/console/login', '/console/integrations', '/console/nothing-here'];
  const refused = await who.post('/console/logout', {}, { origin: 'https://evil.example' });
  for (const answer of [refused, ...(await Promise.all(pages.map((path) => who.get(path))))]) {
    const { headers } = answer;
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http:\/\/127\.0\.0\.1:\d+; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(await answer.text()).not.toMatch(/<script|style="|\son\w+=/);
  }
});
