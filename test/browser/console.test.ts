import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedConsole, serveConsole } from '../../src/console/serve-console.js';
import type { Bot } from '../../src/core/bot.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { botFor, password } from '../console/setup.js';
import { freePort } from '../support/free-port.js';
import { launchBrowser } from './room.js';

const output = fileURLToPath(new URL('./output/', import.meta.url));
const picture = fileURLToPath(new URL('../../docs/images/console.png', import.meta.url));
const contrast = readFileSync(new URL('./contrast.js', import.meta.url), 'utf8');

let browser: Browser;
let sandbox: Sandbox;
let bot: Bot;
let served: ServedConsole | undefined;
/** What the pages complained of: console errors (a blocked form or style among them) and exceptions. */
const complaints: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  sandbox = await startSandbox();
  sandbox.world.createUser({ username: 'Kickbot', bot: true });
  sandbox.world.createChannel({ owner: 'StreamerSue' });
  const made = botFor(sandbox, { port: await freePort() });
  bot = made.bot;
  await bot.operatorPassword.set(new Secret(password));
  served = await serveConsole(bot, made);
  sandbox.app.redirectUris.push(new URL('/v1/integrations/callback/kick', served?.address).href);
});

afterAll(async () => {
  await served?.close();
  await bot.stop();
  await sandbox.close();
  await browser.close();
});

async function visit(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${served?.address}`);
  return page;
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Password of the console').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Integrations' }).waitFor();
}

/** On Kick's page: who they are there, and yes. */
async function approve(page: Page, username: string, unticked: readonly string[] = []): Promise<void> {
  await page.getByLabel('You are').selectOption(username);
  for (const scope of unticked) await page.getByRole('checkbox', { name: scope }).uncheck();
  await page.getByRole('button', { name: 'Approve' }).click();
}

const account = (page: Page, id: string) => page.locator('.accounts > li').filter({ hasText: id });

describe('the console in a real Chromium', () => {
  it('connects a bot and a channel through Kick, and disconnects one: the picture of its guide', async () => {
    const page = await visit({ viewport: { width: 1000, height: 1000 }, colorScheme: 'dark' });
    await signIn(page);
    await page.getByText('No bot is connected').waitFor();

    await page.getByLabel('Your own name for the bot').fill('my-bot');
    await page.getByRole('button', { name: 'Connect a bot' }).click();
    await approve(page, 'Kickbot');
    await page.getByRole('status').getByText('Connected Kickbot (bot:my-bot)').waitFor();

    await page.getByLabel('Your own name for the channel').fill('sue');
    await page.getByRole('button', { name: 'Connect a channel' }).click();
    await approve(page, 'StreamerSue', ['kicks:read']);
    await page.getByRole('status').getByText('Not granted, so not available: kicks:read').waitFor();
    await account(page, 'bot:my-bot').getByText('Connected', { exact: true }).waitFor();
    await account(page, 'channel:sue').getByText('Missing scopes').waitFor();
    await page.getByText('6 scopes granted').click();

    mkdirSync(output, { recursive: true });
    await page.screenshot({ path: `${output}console.png`, fullPage: true });
    if (process.env.KEEP_SCREENSHOTS) {
      copyFileSync(`${output}console.png`, picture);
    }

    await account(page, 'bot:my-bot').getByText('Disconnect', { exact: true }).click();
    await account(page, 'bot:my-bot').getByRole('button', { name: 'Disconnect bot:my-bot now' }).click();
    await page.getByRole('status').getByText('Disconnected bot:my-bot').waitFor();
    expect((await bot.accounts.list()).map(({ id }) => id)).toEqual(['channel:sue']);
    expect(sandbox.requests.list('POST', '/oauth/revoke').length).toBeGreaterThan(0);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.goto(`${served?.address}/integrations`);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.context().close();
    expect(complaints).toEqual([]);
  });

  it('is used by keyboard alone', async () => {
    const page = await visit();
    // The field takes the focus by itself.
    await page.locator('#password:focus').waitFor();
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Integrations' }).waitFor();
    const seen: string[] = [];
    for (let stop = 0; stop < 20; stop += 1) {
      await page.keyboard.press('Tab');
      const name: string = await page.evaluate(
        'document.activeElement.getAttribute("aria-label") ?? (document.activeElement.id || document.activeElement.textContent)',
      );
      const outline: string = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      expect(outline, name).toBe('solid');
      seen.push(name);
      if (name === 'Connect a channel') break;
    }
    expect(seen).toEqual([
      'Sign out',
      'bot-identifier',
      'Connect a bot',
      '6 scopes granted',
      'Connect channel:sue again',
      'Disconnect channel:sue',
      'channel-identifier',
      'Connect a channel',
    ]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('reads well in %s, also on a phone', async (colorScheme) => {
    const page = await visit({ viewport: { width: 360, height: 740 }, colorScheme });
    for (const name of ['sign-in', 'integrations']) {
      if (name === 'integrations') {
        await signIn(page);
        await page.getByText('6 scopes granted').click();
        await page.getByText('Disconnect', { exact: true }).click();
      }
      const { checked, bad } = await page.evaluate<{ checked: number; bad: string[] }>(contrast);
      expect(checked).toBeGreaterThan(3);
      expect(bad).toEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
      await page.screenshot({ path: `${output}console-${name}-${colorScheme}.png`, fullPage: true });
    }
    await page.context().close();
  });
});
