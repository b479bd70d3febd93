import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, notice, Room, row, write } from './room.js';

let browser: Browser;
let room: Room;
/** Complaints of the browser that a test brings about on purpose. */
let expected: RegExp;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(() => browser.close());

beforeEach(async () => {
  expected = /^$/;
  room = await Room.open(browser);
});

afterEach(async () => {
  await room.close();
  expect(room.complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
});

const focused = (page: Page): Promise<string> =>
  page.evaluate('document.activeElement.id || document.activeElement.textContent');

describe('by keyboard alone', () => {
  it('chats, recalls lines, replies, cancels, moderates and comes back', async () => {
    const page = await room.visit({ as: 'Mia', role: 'moderator' });
    const { world } = room.sandbox;
    world.say({ channel: room.channel, user: world.createUser({ username: 'Ann' }), content: 'first' });
    world.say({ channel: room.channel, user: 'Ann', content: 'second' });
    await row(page, 'second').waitFor();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };

    await page.getByLabel('Message').focus();
    await page.keyboard.type('hello');
    await press('Enter');
    await row(page, 'hello').waitFor();
    await press('ArrowUp');
    expect(await page.getByLabel('Message').inputValue()).toBe('hello');
    await press('ArrowDown');
    expect(await page.getByLabel('Message').inputValue()).toBe('');

    // From the message box back over name and role to the newest row, then up to the one meant.
    await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab');
    expect(await focused(page)).toContain('hello');
    await press('ArrowUp');
    expect(await focused(page)).toContain('second');
    await press('Tab');
    expect(await focused(page)).toBe('Reply');
    await press('Enter');
    expect(await focused(page)).toBe('content');
    expect(await page.locator('#replying').textContent()).toContain('Replying to Ann: second');
    await press('Escape');
    expect(await page.locator('#replying').isVisible()).toBe(false);

    await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab', 'Home');
    expect(await focused(page)).toContain('first');
    await press('Tab', 'Tab');
    expect(await focused(page)).toBe('Delete');
    await room.keepPicture(page, 'keyboard');
    await press('Enter');
    await row(page, 'first').getByText('removed by Mia').waitFor();
    expect(await focused(page)).toContain('first');
    await press('Tab');
    expect(await focused(page)).toBe('1 min');
    await press('Escape');
    expect(await focused(page)).toBe('content');
  });

  it('shows where the focus is, and says what each control is', async () => {
    const page = await room.visit({ as: 'Mia', role: 'moderator' });
    await write(page, 'hello');
    await row(page, 'hello').waitFor();
    await page.getByLabel('Message').focus();
    const seen: string[] = [];
    for (let stop = 0; stop < 12; stop += 1) {
      await page.keyboard.press('Shift+Tab');
      const outline: string = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      const name = await focused(page);
      if (name.includes('Chat as')) break;
      expect(outline, name).toBe('solid');
      seen.push(name);
      if (name === 'clear') break;
    }
    expect(seen).toEqual(['name', 'role', expect.stringContaining('hello'), 'clear']);
    await page.getByRole('textbox', { name: 'Name' }).waitFor();
    await page.getByRole('combobox', { name: 'Chat as' }).waitFor();
    await page.getByRole('log', { name: 'Chat', exact: true }).waitFor();
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('polite');
  });
});

describe('looks', () => {
  const contrast = readFileSync(new URL('./contrast.js', import.meta.url), 'utf8');

  async function fillTheChat(page: Page) {
    const { world } = room.sandbox;
    const { channel } = room;
    for (const username of Array.from({ length: 8 }, (_, index) => `Person_${index}`)) {
      world.say({ channel, user: world.createUser({ username }), content: 'hello [emote:1:KEKW]' });
    }
    world.goLive({ channel });
    world.setRoles({ channel, user: 'Person_1', vip: true, og: true, founder: true, subscriberMonths: 3 });
    world.setRoles({ channel, user: 'Person_2', giftedSubscriptions: 9 });
    const said = world.say({
      channel,
      user: 'Person_1',
      content: 'replying',
      replyTo: `${channel.messages[0]?.id}`,
    });
    world.say({ channel, user: 'Person_2', content: 'w'.repeat(400) });
    world.pin({ channel, messageId: said.id });
    world.setChatSettings({ channel, slowModeSeconds: 1, emotesMode: true, accountAgeMinutes: 60 });
    world.subscribe({ channel, user: 'Person_3' });
    world.host({ channel, by: 'Person_3', viewers: 5 });
    world.timeout({ channel, user: 'Person_4', minutes: 1 });
    await notice(page, 'was timed out').waitFor();
    await row(page, 'replying').hover();
  }

  it.each(['light', 'dark'] as const)(
    'are readable on a %s background (WCAG 2.2 AA)',
    async (colorScheme) => {
      const page = await room.visit({ as: 'Mia', role: 'moderator', colorScheme });
      await fillTheChat(page);
      const { checked, bad } = await page.evaluate<{ checked: number; bad: string[] }>(contrast);
      expect(bad).toEqual([]);
      expect(checked).toBeGreaterThan(60);
      await room.keepPicture(page, colorScheme);
    },
  );

  it('fit a phone of 360 pixels, without scrolling sideways, with targets large enough to touch', async () => {
    const page = await room.visit({
      as: 'Mia',
      role: 'moderator',
      viewport: { width: 360, height: 640 },
      hasTouch: true,
    });
    await fillTheChat(page);
    await row(page, 'replying').tap();
    await page.getByRole('button', { name: '10 min' }).waitFor();
    await room.keepPicture(page, 'phone');
    const overflow = await page.evaluate<string[]>(
      `[...document.querySelectorAll('body *')]
        .filter((element) => element.checkVisibility() && !element.closest('svg, .unseen'))
        .filter((element) => element.getBoundingClientRect().right > 360.5 || element.getBoundingClientRect().left < 0)
        .map((element) => element.outerHTML.slice(0, 80))`,
    );
    const [width] = await page.evaluate<number[]>('[document.documentElement.scrollWidth]');
    expect(width).toBe(360);
    // A line cut off with an ellipsis is wider than its box on purpose.
    expect(overflow.filter((html) => !/^<(span|b|p class="original")/.test(html))).toEqual([]);
    const small = await page.evaluate<string[]>(
      `[...document.querySelectorAll('button, input, select, a')]
        .filter((element) => element.checkVisibility())
        .filter((element) => element.getBoundingClientRect().height < 24 || element.getBoundingClientRect().width < 24)
        .map((element) => element.outerHTML)`,
    );
    expect(small).toEqual([]);
    await page.getByRole('button', { name: 'Delete' }).tap();
    await row(page, 'replying').getByText('removed by Mia').waitFor();
  });

  it('stand still for who asked for less motion', async () => {
    const page = await room.visit({ reducedMotion: 'reduce' });
    expected = /WebSocket/;
    room.sandbox.faults.refuseHandshakes({ status: 503 });
    room.sandbox.faults.dropSockets();
    await page.getByRole('status').getByText('Reconnecting').waitFor();
    const animations: number = await page.evaluate('document.getAnimations().length');
    expect(animations).toBe(0);
  });
});
