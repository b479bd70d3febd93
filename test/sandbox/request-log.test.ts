import { type Sandbox, startSandbox } from 'kickbot/sandbox';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});

afterEach(() => sandbox.close());

const kept = () => JSON.stringify(sandbox.requests.list());

const post = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`${sandbox.url}${path}`, { method: 'POST', headers, body });

describe('the body of a request', () => {
  it('has at most 64 kB, told beforehand or not, and is not kept where it is longer', async () => {
    const large = 'a'.repeat(65 * 1024);
    for (const path of ['/public/v1/chat', '/oauth/token', '/oauth/authorize']) {
      const told = await post(path, large);
      const pieces = await fetch(`${sandbox.url}${path}`, {
        method: 'POST',
        body: new Blob([large]).stream(),
        duplex: 'half',
      });
      expect([told.status, pieces.status], path).toEqual([413, 413]);
    }
    expect(sandbox.requests.list('POST', '/public/v1/chat')[0]).toMatchObject({
      body: '[too large]',
      status: 413,
    });
    expect(kept()).not.toContain(large);
  });

  it('is kept without its secrets, even where it says it is JSON and is not', async () => {
    const { clientSecret } = sandbox.app;
    const json = { 'content-type': 'application/json' };
    await post('/oauth/token', JSON.stringify({ client_secret: clientSecret }), json);
    await post('/oauth/token', `client_secret=${clientSecret}`, json);
    expect(sandbox.requests.list().map(({ body }) => body)).toEqual([
      { client_secret: '[secret]' },
      '[unreadable]',
    ]);
  });
});

it("the log leaves the sandbox's own pages out", async () => {
  for (const path of ['/sandbox', '/sandbox/chat/nobody']) await fetch(`${sandbox.url}${path}`);
  expect(kept()).toBe('[]');
});
