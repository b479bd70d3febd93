import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bot } from '../../src/core/bot.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { consoleFor, password, Visitor } from './setup.js';

const publicUrl = 'https://bot.example';

let sandbox: Sandbox;
const bots: Bot[] = [];

beforeEach(async () => {
  sandbox = await startSandbox();
  sandbox.world.createUser({ username: 'MyBot', bot: true });
});
afterEach(async () => {
  for (const bot of bots.splice(0)) await bot.stop();
  await sandbox.close();
});

async function open(options: { publicUrl?: string } = { publicUrl }) {
  const opened = consoleFor(sandbox, options);
  bots.push(opened.bot);
  await opened.bot.operatorPassword.set(new Secret(password));
  const operator = await new Visitor(opened.app, opened.origin).signIn();
  return { ...opened, operator };
}

const tokenRequests = () => sandbox.requests.list('POST', '/oauth/token').length;

/** Goes to Kick's page and back to the console; the page at the end. */
async function allow(operator: Visitor, url: string, scopes?: string[]) {
  const callback = await sandbox.consent(url, { as: 'MyBot', ...(scopes && { scopes }) });
  const answer = await operator.get(callback.href);
  return { callback, answer, page: await (await operator.get('/console/integrations')).text() };
}

describe('connecting', () => {
  it('9. 16. 18. leads to Kick and back to a page that says who was connected, with which scopes', async () => {
    const { operator, bot } = await open();
    const url = await operator.connect('bot', 'my-bot');
    expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${publicUrl}/v1/integrations/callback/kick`);
    const { answer, page } = await allow(operator, url);
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/console/integrations');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(page).toContain('Connected MyBot (bot:my-bot)');
    expect(page).toContain('Granted: user:read, chat:write');
    expect(page).toContain('data-state="connected"');
    expect(await bot.accounts.list()).toMatchObject([{ id: 'bot:my-bot', user: { username: 'MyBot' } }]);
    expect(await (await operator.get('/console/integrations')).text()).not.toContain('Connected MyBot');
  });
});
