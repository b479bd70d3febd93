import { once } from 'node:events';
import { request } from 'node:http';
import { type Channel, type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let sandbox: Sandbox;
let channel: Channel;
let now: number;

beforeEach(async () => {
  now = Date.UTC(2026, 8, 27, 16, 0, 0);
  sandbox = await startSandbox({ clock: () => now });
  channel = sandbox.world.createChannel({ owner: 'Streamer_One' });
});

afterEach(() => sandbox.close());

const api = (path = '') => `${sandbox.url}/sandbox/api/channels/${channel.slug}${path}`;

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(api(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const viewer = { username: 'Ann', role: 'viewer' };
const moderator = { username: 'Mod_Mia', role: 'moderator' };
const say = (content: string, as: object = viewer, more: object = {}) =>
  post('/messages', { as, content, ...more });

async function overview() {
  return JSON.parse(await (await fetch(api())).text());
}

describe('the pages', () => {
  it('serve the chat of a channel under a policy that lets nothing from outside in', async () => {
    const response = await fetch(sandbox.chatPageUrl(channel.slug));
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy');
    const { host } = new URL(sandbox.url);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain(`connect-src 'self' ws://${host}`);
    expect(policy).not.toMatch(/unsafe|\*|data:/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('serve every file the page asks for, with its type', async () => {
    const page = await (await fetch(sandbox.chatPageUrl(channel.slug))).text();
    const asked = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => `${path}`);
    const seen = new Set<string>();
    while (asked.length > 0) {
      const path = `${asked.pop()}`;
      if (seen.has(path)) continue;
      seen.add(path);
      const response = await fetch(sandbox.url + path);
      expect(response.status, path).toBe(200);
      const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[
        `${path.split('.').at(-1)}`
      ];
      expect(response.headers.get('content-type')).toContain(type);
      const imports = (await response.text()).matchAll(/from '\.\/([^']+)'/g);
      for (const [, file] of imports) asked.push(`/sandbox/page/${file}`);
    }
    expect(seen.size).toBeGreaterThan(5);
  });

  it('list the channels at /sandbox, leave / empty, and say which channel is missing', async () => {
    expect(await (await fetch(`${sandbox.url}/sandbox`)).text()).toContain(
      'href="/sandbox/chat/streamer-one"',
    );
    expect((await fetch(`${sandbox.url}/`)).status).toBe(404);
    const missing = await fetch(sandbox.chatPageUrl('<b>nobody</b>'));
    expect(missing.status).toBe(404);
    expect(await missing.text()).toContain('no channel “&lt;b&gt;nobody&lt;/b&gt;”');
    expect((await fetch(`${sandbox.url}/sandbox/page/..%2Fworld%2Fworld.ts`)).status).toBe(404);
  });
});

describe('GET /sandbox/api/channels/{slug}', () => {
  it('tells the ids, the feed key, the stream, the chat modes, the bans and the recent messages', async () => {
    const { world } = sandbox;
    world.goLive({ channel, title: 'A night of chess', viewers: 7 });
    world.setChatSettings({ channel, slowModeSeconds: 3 });
    const kept = await say('hello');
    const removed = await say('spam', { username: 'Bob', role: 'viewer' });
    world.deleteMessage({ channel, messageId: removed.body.messageId, violatedRules: ['is_spam-TRUE'] });
    world.timeout({ channel, user: 'Bob', minutes: 2 });
    world.pin({ channel, messageId: kept.body.messageId });
    expect(await overview()).toMatchObject({
      channel: {
        slug: 'streamer-one',
        id: channel.id,
        chatroomId: channel.chatroomId,
        broadcasterUserId: channel.broadcaster.id,
        username: 'Streamer_One',
      },
      pusher: { key: sandbox.pusher.key },
      livestream: { title: 'A night of chess', viewers: 7 },
      settings: { slowModeSeconds: 3, subscribersMode: false },
      pin: { message: { id: kept.body.messageId }, by: 'Streamer_One' },
      banned: [{ username: 'Bob', until: now + 120_000 }],
      recent: [
        { id: kept.body.messageId, content: 'hello', sender: { username: 'Ann' } },
        { id: removed.body.messageId, content: 'spam', removed: { how: 'deleted', by: null } },
      ],
    });
    now += 120_000;
    expect((await overview()).banned).toEqual([]);
  });

  it('answers 404 with a sentence for a channel that is not there', async () => {
    const response = await fetch(`${sandbox.url}/sandbox/api/channels/nobody`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ error: 'There is no channel nobody.' });
  });
});

describe('POST …/messages', () => {
  it.each([
    ['viewer', []],
    ['subscriber', ['subscriber']],
    ['vip', ['vip']],
    ['moderator', ['moderator']],
  ])('writes as a %s, created on first use', async (role, badges) => {
    const { status, body } = await say('hi', { username: 'New_Here', role });
    expect(status).toBe(201);
    const message = sandbox.world.findMessage(body.messageId);
    expect(message).toMatchObject({ content: 'hi', via: 'site', sender: { username: 'New_Here' } });
    expect(message?.badges.map(({ type }) => type)).toEqual(badges);
  });

  it('takes a role away again when another is chosen', async () => {
    await say('hi', { username: 'Ann', role: 'moderator' });
    await say('hi', { username: 'Ann', role: 'subscriber' });
    await say('hi', viewer);
    expect(channel.messages.map(({ badges }) => badges.map(({ type }) => type))).toEqual([
      ['moderator'],
      ['subscriber'],
      [],
    ]);
  });

  it('writes as the owner in the role of the broadcaster, whatever the name', async () => {
    await say('hi', { username: 'Ann', role: 'broadcaster' });
    expect(channel.messages[0]?.sender).toBe(channel.broadcaster);
    expect(sandbox.world.findUser('Ann')).toBeUndefined();
  });

  it('replies to a message', async () => {
    const first = await say('who is there?');
    await say('me', moderator, { replyTo: first.body.messageId });
    expect(channel.messages[1]?.replyTo).toMatchObject({
      content: 'who is there?',
      sender: { username: 'Ann' },
    });
  });

  it('refuses with a sentence: the empty, the too long, the unknown reply, the banned, the slow', async () => {
    const { world } = sandbox;
    const refused = async (content: string, more: object = {}) => {
      const { status, body } = await say(content, viewer, more);
      return [status, body.error];
    };
    expect(await refused('   ')).toEqual([400, 'A message needs some text.']);
    expect(await refused('a'.repeat(501))).toEqual([400, 'A message has at most 500 characters.']);
    expect(await refused('hi', { replyTo: 'gone' })).toEqual([
      404,
      'There is no message gone in streamer-one.',
    ]);
    world.setChatSettings({ channel, slowModeSeconds: 9 });
    expect((await say('one')).status).toBe(201);
    expect(await refused('two')).toEqual([429, expect.stringContaining('slow mode')]);
    world.timeout({ channel, user: 'Ann', minutes: 1 });
    expect(await refused('hi')).toEqual([403, 'Ann is timed out until 2026-09-27T16:01:00.000Z.']);
    world.ban({ channel, user: 'Ann' });
    expect(await refused('hi')).toEqual([403, 'Ann is banned from streamer-one.']);
    expect(channel.messages.map(({ content }) => content)).toEqual(['one']);
  });

  it('lets nobody write as a bot, or as the broadcaster in another role', async () => {
    sandbox.world.createUser({ username: 'botty', bot: true });
    const asBot = await say('hi', { username: 'BOTTY', role: 'viewer' });
    expect(asBot).toEqual({ status: 403, body: { error: 'botty is a bot: take another name.' } });
    const asOwner = await say('hi', { username: 'streamer_one', role: 'viewer' });
    expect(asOwner).toMatchObject({ status: 403, body: { error: expect.stringContaining('broadcaster') } });
  });
});

describe('POST …/moderation', () => {
  const moderate = (request: object, as: object = moderator) => post('/moderation', { as, ...request });

  it('deletes, times out, bans, unbans and clears, in the name of who asked', async () => {
    const { messageId } = (await say('spam')).body;
    expect((await moderate({ action: 'delete', messageId })).status).toBe(204);
    expect(channel.messages[0]?.removed).toMatchObject({ how: 'deleted', by: { username: 'Mod_Mia' } });
    await moderate({ action: 'timeout', username: 'Ann', minutes: 10 });
    const ann = sandbox.world.user('Ann');
    expect(channel.bans.get(ann)).toMatchObject({ minutes: 10, by: { username: 'Mod_Mia' } });
    await moderate({ action: 'ban', username: 'Ann' });
    expect(channel.bans.get(ann)?.expiresAt).toBeNull();
    await moderate({ action: 'unban', username: 'Ann' });
    expect(channel.bans.size).toBe(0);
    await say('hello again');
    await moderate({ action: 'clear' }, { username: 'any', role: 'broadcaster' });
    expect(channel.messages[1]?.removed).toMatchObject({ how: 'cleared', by: { username: 'Streamer_One' } });
  });

  it('is for moderators and the broadcaster', async () => {
    const { messageId } = (await say('hello')).body;
    const refused = await moderate({ action: 'delete', messageId }, { username: 'Bob', role: 'vip' });
    expect(refused).toEqual({ status: 403, body: { error: 'Bob does not moderate streamer-one.' } });
    expect(channel.messages[0]?.removed).toBeUndefined();
  });

  it('says what it does not know or take', async () => {
    const unknown = await moderate({ action: 'ban', username: 'Nobody' });
    expect(unknown).toEqual({ status: 404, body: { error: 'There is no user Nobody.' } });
    const action = await moderate({ action: 'explode' });
    expect(action.body.error).toBe('action must be delete, timeout, ban, unban or clear.');
    const minutes = await moderate({ action: 'timeout', username: 'Ann', minutes: 0 });
    expect(minutes).toEqual({ status: 400, body: { error: 'minutes must be at least 1.' } });
    const owner = await moderate({ action: 'ban', username: 'Streamer_One' });
    expect(owner.status).toBe(403);
  });
});

describe('a request to write', () => {
  const message = { as: viewer, content: 'hi' };

  it('is refused from a page of another origin, and taken from its own or from a program', async () => {
    for (const origin of ['https://elsewhere.example', 'null', 'http://127.0.0.1:1']) {
      expect(await post('/messages', message, { origin })).toMatchObject({ status: 403 });
    }
    expect(channel.messages).toEqual([]);
    expect(await post('/messages', message, { origin: sandbox.url })).toMatchObject({ status: 201 });
    expect(await post('/messages', message)).toMatchObject({ status: 201 });
  });

  it('must be JSON, by its header and in fact', async () => {
    const form = await post('/messages', message, { 'content-type': 'text/plain' });
    expect(form).toEqual({ status: 415, body: { error: 'The request must be application/json.' } });
    expect(await post('/messages', '{')).toEqual({
      status: 400,
      body: { error: 'The request is not JSON.' },
    });
  });

  it('names the field that is wrong', async () => {
    const error = async (body: unknown) => (await post('/messages', body)).body.error;
    expect(await error([])).toMatch(/^The request /);
    expect(await error({ as: viewer })).toBe('content must be a text.');
    expect(await error({ as: { username: 'Ann', role: 'king' }, content: 'hi' })).toBe(
      'as.role must be viewer, subscriber, vip, moderator or broadcaster.',
    );
    expect(await error({ as: { username: '', role: 'viewer' }, content: 'hi' })).toBe(
      'as.username must be a name.',
    );
    expect(await error({ as: { username: '<b>', role: 'viewer' }, content: 'hi' })).toBe(
      'A name has 1 to 25 letters, digits and underscores.',
    );
  });

  it('may come in pieces', async () => {
    const chunked = request(api('/messages'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    const text = JSON.stringify(message);
    chunked.write(text.slice(0, 20));
    chunked.end(text.slice(20));
    const [response] = await once(chunked, 'response');
    response.resume();
    expect(response.statusCode).toBe(201);
  });

  it('has at most 16 kB, told beforehand or not', async () => {
    const large = JSON.stringify({ ...message, content: 'a'.repeat(17_000) });
    expect(await post('/messages', large)).toMatchObject({
      status: 413,
      body: { error: expect.any(String) },
    });
    const chunked = request(api('/messages'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    chunked.write(large.slice(0, 9000));
    chunked.end(large.slice(9000));
    const [response] = await once(chunked, 'response');
    response.resume();
    expect(response.statusCode).toBe(413);
  });
});
