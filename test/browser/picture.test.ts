import { copyFileSync, mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAudience } from '../../src/sandbox/audience.js';
import { launchBrowser, Room, row, write } from './room.js';

const picture = new URL('../../docs/images/chat-page.png', import.meta.url);

let browser: Browser;
let room: Room;

beforeAll(async () => {
  browser = await launchBrowser();
  room = await Room.open(browser);
});

afterAll(async () => {
  await room.close();
  await browser.close();
});

/** The same numbers in each run, well spread. */
function seeded(state: number): () => number {
  let value = state;
  return () => {
    value = (value * 16_807) % 2_147_483_647;
    return value / 2_147_483_647;
  };
}

it('is a lively chat with an audience: the picture of the README, kept there with KEEP_SCREENSHOTS set', async () => {
  room.letTheBotAnswer();
  const { world } = room.sandbox;
  const { channel } = room;
  const page = await room.visit({
    as: 'Newcomer',
    viewport: { width: 1200, height: 800 },
    colorScheme: 'dark',
  });
  const audience = startAudience({ world, channel, random: seeded(15), every: 60 });
  await page.locator('.notice[data-kind="stream"] b').nth(1).waitFor();
  audience.stop();
  world.pin({
    channel,
    messageId: world.say({ channel, user: channel.broadcaster, content: 'Type !ping and see who is awake.' })
      .id,
  });
  await write(page, '!roll 20');
  await row(page, 'Newcomer rolled 17').waitFor();
  await page.locator('del').first().waitFor();
  expect(await page.locator('.row').count()).toBeGreaterThan(12);
  await room.keepPicture(page, 'lively');
  if (process.env.KEEP_SCREENSHOTS) {
    mkdirSync(new URL('.', picture), { recursive: true });
    copyFileSync(new URL('./output/lively.png', import.meta.url), picture);
  }
});
