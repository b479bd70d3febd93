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

const refusedRequests = /the server responded with a status of 4\d\d/;
const texts = (page: Page) => page.locator('.row .text').allTextContents();

describe('chatting', () => {
  it('shows what a viewer writes, and the reply of the bot, marked as one', async () => {
    room.letTheBotAnswer();
    const page = await room.visit({ as: 'Ann' });
    await write(page, '!ping');
    const reply = row(page, 'Pong!');
    await reply.waitFor();
    expect(await reply.locator('.original').textContent()).toContain('Ann !ping');
    expect(await reply.locator('.badge').allTextContents()).toEqual(['Moderator', 'Bot']);
    expect(await page.getByLabel('Message').inputValue()).toBe('');
    await room.keepPicture(page, 'viewer');
  });

  it('writes with the badge of the role one takes', async () => {
    const page = await room.visit();
    const expected: [string, string, string][] = [
      ['subscriber', 'Ann', 'Subscriber'],
      ['vip', 'Ben', 'VIP'],
      ['moderator', 'Cat', 'Moderator'],
      ['broadcaster', 'StreamerSue', 'Broadcaster'],
    ];
    for (const [role, name, badge] of expected) {
      if (role !== 'broadcaster') await page.getByLabel('Name').fill(name);
      await page.getByLabel('Chat as').selectOption(role);
      await write(page, `as ${role}`);
      const said = row(page, `as ${role}`);
      await said.waitFor();
      expect(await said.locator('.badge').allTextContents()).toEqual([badge]);
      expect(await said.locator('.name').textContent()).toBe(name);
    }
    expect(await page.locator('#people .name').allTextContents()).toEqual([
      'StreamerSue',
      'Cat',
      'Ben',
      'Ann',
    ]);
  });

  it('replies to a message, seen by everybody', async () => {
    const ann = await room.visit({ as: 'Ann' });
    const bob = await room.visit({ as: 'Bob' });
    await write(ann, 'who is there?');
    await row(bob, 'who is there?').hover();
    await bob.getByRole('button', { name: 'Reply', exact: true }).click();
    expect(await bob.locator('#replying').textContent()).toContain('Replying to Ann: who is there?');
    await write(bob, 'me');
    await row(ann, 'me').waitFor();
    expect(await row(ann, 'me').locator('.original').textContent()).toContain('Ann who is there?');
    expect(await bob.locator('#replying').isVisible()).toBe(false);
  });

  it('shows emotes as pills and markup as text, in messages, names, titles and notices', async () => {
    const { world } = room.sandbox;
    const { channel } = room;
    const evil = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    const user = world.createUser({ username: evil });
    world.goLive({ channel, title: evil });
    world.say({ channel, user, content: `[emote:37226:KEKW]${evil}` });
    const page = await room.visit({ as: 'Ann', role: 'moderator' });
    world.say({ channel, user, content: evil, replyTo: channel.messages[0]?.id });
    world.subscribe({ channel, user, months: 2, message: evil });
    world.pin({ channel, messageId: `${channel.messages[0]?.id}` });
    world.timeout({ channel, user, minutes: 5 });
    await notice(page, 'was timed out').waitFor();
    expect(await page.locator('.emote').first().textContent()).toBe('KEKW');
    expect(await page.locator('.row .text').first().textContent()).toBe(`KEKW${evil}`);
    expect(await page.locator('.row .name').first().textContent()).toBe(evil);
    expect(await page.locator('#title').textContent()).toBe(evil);
    expect(await page.locator('#pinned').textContent()).toContain(evil);
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe("StreamerSue's chat – Kick sandbox");
  });

  it('keeps what was refused in the box, and says why', async () => {
    expected = refusedRequests;
    const page = await room.visit({ as: 'Ann' });
    await page.getByLabel('Message').fill('a'.repeat(501));
    expect(await page.locator('#count').textContent()).toBe('-1 left');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('A message has at most 500 characters.').waitFor();
    expect(await page.getByLabel('Message').inputValue()).toHaveLength(501);
    await write(page, 'shorter');
    await row(page, 'shorter').waitFor();
    await expect.poll(() => page.locator('#problem').textContent()).toBe('');
    await page.getByLabel('Name').fill('');
    await write(page, 'by nobody');
    await page.locator('#name:focus').waitFor();
    expect(await page.getByLabel('Message').inputValue()).toBe('by nobody');
  });
});

describe('moderating', () => {
  it('strikes out a deleted message for everybody, and says who removed it', async () => {
    const ann = await room.visit({ as: 'Ann' });
    const mia = await room.visit({ as: 'Mia', role: 'moderator' });
    await write(ann, 'buy my things');
    await row(mia, 'buy my things').hover();
    await mia.getByRole('button', { name: 'Delete' }).click();
    for (const page of [ann, mia]) {
      await row(page, 'buy my things').getByText('removed by Mia').waitFor();
      expect(await row(page, 'buy my things').locator('del').textContent()).toBe('buy my things');
    }
    await room.keepPicture(mia, 'moderator');
  });

  it("names Kick's own filter where it removed a message, on a page opened later too", async () => {
    const { world } = room.sandbox;
    const page = await room.visit({ as: 'Ann' });
    await write(page, 'nasty');
    await row(page, 'nasty').waitFor();
    const messageId = `${room.channel.messages[0]?.id}`;
    world.deleteMessage({ channel: room.channel, messageId, violatedRules: ['is_spam-TRUE'] });
    await row(page, 'nasty').getByText('removed by Kick’s filter').waitFor();
    const later = await room.visit();
    await row(later, 'nasty').getByText('removed by Kick’s filter').waitFor();
  });

  it('times out, bans and unbans: the messages are struck out, the next is refused with a sentence', async () => {
    expected = refusedRequests;
    const ann = await room.visit({ as: 'Ann' });
    const mia = await room.visit({ as: 'Mia', role: 'moderator' });
    await write(ann, 'one');
    await row(mia, 'one').hover();
    await mia.getByRole('button', { name: '10 min' }).click();
    await notice(ann, 'Ann was timed out for 10 minutes by Mia').waitFor();
    await row(ann, 'one').getByText('removed by Mia').waitFor();
    await write(ann, 'two');
    await ann.getByRole('alert').getByText('Ann is timed out until').waitFor();
    await row(mia, 'one').hover();
    await mia.getByRole('button', { name: 'Unban' }).click();
    await notice(ann, 'The timeout of Ann was lifted by Mia').waitFor();
    await write(ann, 'three');
    await row(mia, 'three').hover();
    await mia.getByRole('button', { name: 'Ban', exact: true }).click();
    await notice(ann, 'Ann was banned by Mia').waitFor();
    await write(ann, 'four');
    await ann.getByRole('alert').getByText('Ann is banned from streamersue.').waitFor();
    expect(await texts(mia)).toEqual(['one', 'three']);
  });

  it('clears the chat', async () => {
    const page = await room.visit({ as: 'Ann', role: 'broadcaster' });
    await write(page, 'one');
    await row(page, 'one').waitFor();
    await page.getByRole('button', { name: 'Clear chat' }).click();
    await notice(page, 'Chat was cleared').waitFor();
    await row(page, 'one').getByText('cleared by StreamerSue').waitFor();
  });

  it('offers a viewer only to reply', async () => {
    const page = await room.visit({ as: 'Ann' });
    await write(page, 'one');
    await row(page, 'one').hover();
    expect(await page.getByRole('toolbar').getByRole('button').allTextContents()).toEqual(['Reply']);
    expect(await page.getByRole('button', { name: 'Clear chat' }).isVisible()).toBe(false);
  });
});

it('tells of subscriptions, gifts, hosts, pins, settings, polls and the stream, each once', async () => {
  const { world } = room.sandbox;
  const { channel } = room;
  const page = await room.visit({ as: 'Ann' });
  await write(page, 'look at this');
  await row(page, 'look at this').waitFor();
  const names = Array.from({ length: 60 }, (_, index) => `Lucky_${index}`);
  for (const username of ['Fan', ...names]) world.createUser({ username });
  world.goLive({ channel, title: 'Chess night', viewers: 1234 });
  world.subscribe({ channel, user: 'Fan' });
  world.subscribe({ channel, user: 'Fan', months: 13, message: 'still here' });
  world.celebrate({ channel, user: 'Fan', months: 13, content: 'a whole year' });
  world.giftSubscriptions({ channel, gifter: 'Fan', recipients: names });
  world.host({ channel, by: 'Fan', viewers: 1 });
  world.redeemReward({ channel, user: 'Fan', title: 'Hydrate', input: 'now!' });
  world.pin({ channel, messageId: `${channel.messages[0]?.id}` });
  world.setChatSettings({ channel, slowModeSeconds: 5, followersModeMinutes: 10, subscribersMode: true });
  const options = [
    { id: 0, label: 'Yes', votes: 0 },
    { id: 1, label: 'No', votes: 0 },
  ];
  world.updatePoll({ channel, poll: { title: 'Again?', options, durationSeconds: 30 } });
  world.updatePoll({
    channel,
    poll: {
      title: 'Again?',
      options: options.map((option) => ({ ...option, votes: 3 })),
      durationSeconds: 30,
    },
  });
  await notice(page, 'Yes: 3 · No: 3').waitFor();
  expect(await page.locator('.row.notice .body').allTextContents()).toEqual([
    'The stream began: Chess night',
    'Fan subscribed',
    'Fan has been subscribed for 13 months: “still here”',
    'Fan gifted 60 subscriptions to Lucky_0, Lucky_1, Lucky_2 and 57 others',
    'Fan is hosting with 1 viewer',
    'Fan redeemed Hydrate: “now!”',
    'StreamerSue pinned a message of Ann',
    'Chat settings: slow mode 5 s, followers of 10 minutes, subscribers only',
    expect.stringMatching(/^Again\? Yes: 3 · No: 3 \(\d+ s left\)$/),
  ]);
  expect(await row(page, 'a whole year').textContent()).toContain('Celebrates 13 months');
  expect(await page.locator('#pinned').textContent()).toBe('Pinned by StreamerSueAnn: look at this');
  expect(await page.locator('#modes span').allTextContents()).toHaveLength(3);
  await expect.poll(() => page.locator('#viewers').textContent()).toBe('1,234 watching');
  world.unpin({ channel });
  world.goOffline({ channel });
  await notice(page, 'The stream ended').waitFor();
  expect(await page.locator('#pinned').isVisible()).toBe(false);
  expect(await page.locator('#live').isVisible()).toBe(false);
});

describe('when the connection is lost', () => {
  it.each([
    ['dropped', () => room.sandbox.faults.dropSockets()],
    ['closed with 4001', () => room.sandbox.faults.closeSockets(4001)],
  ])('(%s) it says so, connects again, and shows what it missed once and in order', async (_how, lose) => {
    expected = /WebSocket/;
    const { world, faults } = room.sandbox;
    const { channel } = room;
    const page = await room.visit({ as: 'Ann' });
    await write(page, 'before');
    await row(page, 'before').waitFor();
    faults.refuseHandshakes({ status: 503 });
    lose();
    await page.getByRole('status').getByText('Reconnecting').waitFor();
    const missed = world.say({ channel, user: 'Ann', content: 'meanwhile' });
    world.say({ channel, user: 'Ann', content: 'removed meanwhile' });
    world.deleteMessage({ channel, messageId: `${channel.messages.at(-1)?.id}`, by: 'StreamerSue' });
    faults.refuseHandshakes(undefined);
    await page.getByRole('status').getByText('Connected').waitFor();
    world.say({ channel, user: 'Ann', content: 'after', replyTo: missed.id });
    await row(page, 'removed meanwhile').getByText('removed by StreamerSue').waitFor();
    await row(page, 'after').waitFor();
    expect(await texts(page)).toEqual(['before', 'meanwhile', 'removed meanwhile', 'after']);
  });

  it('says that the sandbox cannot be reached, and keeps the message', async () => {
    expected = /WebSocket|ERR_/;
    const page = await room.visit({ as: 'Ann' });
    await page.context().setOffline(true);
    await write(page, 'hello');
    await page.getByRole('alert').getByText('The sandbox cannot be reached').waitFor();
    expect(await page.getByLabel('Message').inputValue()).toBe('hello');
    await page.context().setOffline(false);
  });
});

describe('a long chat', () => {
  const say = (count: number, from = 0) => {
    const { world } = room.sandbox;
    const user = world.findUser('Chatty') ?? world.createUser({ username: 'Chatty' });
    for (let index = from; index < from + count; index += 1) {
      world.say({ channel: room.channel, user, content: `line ${index}` });
    }
  };

  it('keeps the newest 300 rows', async () => {
    const page = await room.visit();
    say(450);
    await row(page, 'line 449').waitFor();
    expect(await page.locator('.row').count()).toBe(300);
    expect((await texts(page))[0]).toBe('line 150');
  });

  it('keeps no more for the sake of the oldest, which one reads', async () => {
    const page = await room.visit();
    say(300);
    await row(page, 'line 299').waitFor();
    await row(page, 'line 299').focus();
    await page.keyboard.press('Home');
    say(100, 300);
    await row(page, 'line 399').waitFor();
    expect(await page.locator('.row').count()).toBe(300);
    expect((await texts(page)).slice(0, 2)).toEqual(['line 0', 'line 101']);
  });

  it('stays at its end, leaves alone who reads further up, and counts what came', async () => {
    const fromEnd = 'const { scrollHeight, scrollTop, clientHeight } = document.getElementById("log"); ';
    const distance = (page: Page) =>
      page.evaluate<number>(`(() => { ${fromEnd} return scrollHeight - scrollTop - clientHeight; })()`);
    const page = await room.visit();
    say(80);
    await row(page, 'line 79').waitFor();
    expect(await distance(page)).toBeLessThan(2);
    await page.locator('#log').hover();
    await page.mouse.wheel(0, -600);
    await expect.poll(() => distance(page)).toBeGreaterThan(300);
    say(3, 80);
    const newer = page.getByRole('button', { name: '3 new messages' });
    await newer.waitFor();
    expect(await distance(page)).toBeGreaterThan(300);
    await newer.click();
    await expect.poll(() => distance(page)).toBeLessThan(2);
    expect(await newer.isVisible()).toBe(false);
  });
});
