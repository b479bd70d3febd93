import { createRequire } from 'node:module';
import { type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, expect, it } from 'vitest';

// Its types do not call the default import constructable under nodenext.
const Pusher = createRequire(import.meta.url)('pusher-js') as typeof import('pusher-js').default;

let sandbox: Sandbox;
let pusher: InstanceType<typeof Pusher>;

beforeEach(async () => {
  sandbox = await startSandbox();
  const { key, cluster, host, port } = sandbox.pusher;
  pusher = new Pusher(key, {
    cluster,
    wsHost: host,
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws', 'wss'],
  });
});

afterEach(async () => {
  pusher.disconnect();
  await sandbox.close();
});

const heard = (name: string, on: { bind: (name: string, callback: (data: unknown) => void) => unknown }) =>
  new Promise<unknown>((resolve) => on.bind(name, resolve));

it('serves the real pusher-js: connection, subscription and a chat message', async () => {
  const channel = sandbox.world.createChannel({ owner: 'Streamer_One' });
  const room = pusher.subscribe(`chatrooms.${channel.chatroomId}.v2`);
  await heard('pusher:subscription_succeeded', room);
  expect(pusher.connection.state).toBe('connected');

  const message = heard('App\\Events\\ChatMessageEvent', room);
  sandbox.world.say({ channel, user: 'Streamer_One', content: 'hello' });
  expect(await message).toMatchObject({
    content: 'hello',
    sender: { username: 'Streamer_One', slug: 'streamer-one' },
  });
});

it('subscribes again by itself after the sockets were closed with 4200', async () => {
  const room = pusher.subscribe('chatrooms.1.v2');
  await heard('pusher:subscription_succeeded', room);
  const again = heard('pusher:subscription_succeeded', room);
  sandbox.faults.closeSockets(4200);
  await again;
  expect(sandbox.feed.handshakes).toBe(2);
  expect(sandbox.feed.subscribers('chatrooms.1.v2')).toBe(1);
});

it('tells pusher-js that the app does not exist when the key is wrong', async () => {
  const { host, port } = sandbox.pusher;
  const stranger = new Pusher('another-key', {
    cluster: 'x',
    wsHost: host,
    wsPort: port,
    forceTLS: false,
    enabledTransports: ['ws'],
  });
  const error = await heard('error', stranger.connection);
  expect(error).toMatchObject({ error: { type: 'PusherError', data: { code: 4001 } } });
  expect(stranger.connection.state).toBe('disconnected');
});
