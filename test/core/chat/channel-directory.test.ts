import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ChannelDirectory } from '../../../src/core/chat/channel-directory.js';
import { HttpClient } from '../../../src/core/kick/http-client.js';
import { SystemClock } from '../../../src/core/primitives/clock.js';
import { openTestDatabase } from '../../support/database.js';
import { FixedRandom } from '../../support/fixed-random.js';

const clock = new SystemClock();
const ids = { broadcasterUserId: 11, channelId: 22, chatroomId: 33 };
const answer = {
  id: 22,
  user_id: 11,
  slug: 'streamer',
  chatroom: { id: 33 },
  user: { username: 'Streamer' },
};

/** A directory that asks a website on this machine. */
async function setUp(website: RequestListener) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    website(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const database = await openTestDatabase();
  const http = new HttpClient({ clock, random: new FixedRandom(0), version: '0.0.0' });
  onTestFinished(async () => {
    await http.close();
    await database.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const options = { website: `http://127.0.0.1:${port}`, database, http, clock };
  return {
    requests,
    directory: new ChannelDirectory(options),
    another: () => new ChannelDirectory(options),
    server,
  };
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const html =
  (status: number): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end('<title>Just a moment...</title>');

describe('the channel directory', () => {
  it('takes ids from the configuration where all three are given', async () => {
    const { directory, requests } = await setUp(json(500, {}));
    expect(await directory.resolve({ slug: 'streamer', ...ids })).toEqual({ slug: 'streamer', ...ids });
    expect(requests).toEqual([]);
  });

  it('asks the website once, and remembers beyond a restart', async () => {
    const { directory, requests, another } = await setUp(json(200, answer));
    expect(await directory.resolve({ slug: 'streamer' })).toEqual({ slug: 'streamer', ...ids });
    expect(await another().resolve({ slug: 'streamer' })).toEqual({ slug: 'streamer', ...ids });
    expect(requests).toEqual(['GET /api/v2/channels/streamer']);
  });

  it('takes what the configuration says of an id, wherever the others come from', async () => {
    const { directory } = await setUp(json(200, answer));
    const configured = { slug: 'streamer', chatroomId: 34 };
    expect(await directory.resolve(configured)).toEqual({ ...ids, ...configured });
    expect(await directory.resolve(configured)).toEqual({ ...ids, ...configured });
    expect(await directory.resolve({ slug: 'streamer' })).toEqual({ slug: 'streamer', ...ids });
  });

  it('names the setting when Kick has no such channel', async () => {
    const { directory } = await setUp(json(404, { message: 'Not found' }));
    await expect(directory.resolve({ slug: 'nobody' })).rejects.toMatchObject({
      code: 'channel.unknown',
      message: expect.stringMatching(/"nobody".*setting channels/),
    });
  });

  it.each([
    ['a firewall page with status 200', html(200)],
    ['a firewall page with status 403', html(403)],
    ['too many requests', json(429, {})],
    ['a failing website', json(500, {})],
    ['JSON that is no channel', json(200, { id: 22, user_id: '11', chatroom: null })],
    ['an empty list', json(200, [])],
    ['a connection cut before the answer', (request) => void request.socket.destroy()],
  ] satisfies [string, RequestListener][])(
    'tells how to enter the ids by hand after %s',
    async (_, website) => {
      const { directory } = await setUp(website);
      await expect(directory.resolve({ slug: 'streamer' })).rejects.toMatchObject({
        code: 'channel.unresolved',
        message: expect.stringMatching(
          /^The ids of the channel "streamer" could not be looked up: .*\. Open http.*\/api\/v2\/channels\/streamer in a browser.*broadcasterUserId: .*channelId: .*chatroomId: /,
        ),
      });
    },
  );

  it('asks again after a failure', async () => {
    let isDown = true;
    const { directory } = await setUp((request, response) =>
      isDown ? html(403)(request, response) : json(200, answer)(request, response),
    );
    await expect(directory.resolve({ slug: 'streamer' })).rejects.toMatchObject({
      code: 'channel.unresolved',
    });
    isDown = false;
    expect(await directory.resolve({ slug: 'streamer' })).toEqual({ slug: 'streamer', ...ids });
  });
});
