import { type Channel, type Sandbox, type Scope, startSandbox, type World } from 'kickbot/sandbox';

export const unauthorized = { status: 401, body: { data: {}, message: 'Unauthorized' } };
export const forbidden = { status: 403, body: { data: {}, message: 'Forbidden' } };
export const invalid = { status: 400, body: { data: {}, message: 'Invalid request' } };
export const notFound = { status: 404, body: { data: {}, message: 'Not found' } };
export const channelNotFound = { status: 400, body: { data: 'Channel not found', message: 'Bad request' } };
export const noContent = { status: 204, body: undefined };
export const ok = (data: unknown) => ({ status: 200, body: { data, message: 'OK' } });
export const page = (data: unknown, next = '') => ({
  status: 200,
  body: { data, message: 'OK', pagination: { next_cursor: next } },
});

export interface Call {
  /** The username whose token is sent. */
  as?: string;
  /** What that token carries; everything by default. */
  scopes?: Scope[];
  body?: unknown;
  token?: string;
}

export interface Api {
  readonly sandbox: Sandbox;
  readonly world: World;
  /** Of `streamer`, where `mod` moderates and `viewer` watches. */
  readonly channel: Channel;
  /** The sandbox's clock; it stands still unless moved. */
  now: number;
  call(method: string, path: string, options?: Call): Promise<{ status: number; body: unknown }>;
  /** By client credentials. */
  appToken(): Promise<string>;
  close(): Promise<void>;
}

/** A sandbox with a channel, and `fetch` to ask it with. */
export async function openApi(): Promise<Api> {
  const time = { now: Date.UTC(2026, 10, 22) };
  const sandbox = await startSandbox({ clock: () => time.now });
  const { world } = sandbox;
  const channel = world.createChannel({ owner: 'streamer', title: 'Morning show' });
  for (const username of ['mod', 'viewer']) world.createUser({ username });
  world.setRoles({ channel, user: 'mod', moderator: true });

  return Object.assign(time, {
    sandbox,
    world,
    channel,
    async call(method: string, path: string, { as, scopes, body, token }: Call = {}) {
      const bearer =
        as === undefined ? token : sandbox.issueTokens({ as, ...(scopes && { scopes }) }).access_token;
      const response = await fetch(`${sandbox.endpoints.api}${path}`, {
        method,
        headers: {
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    },
    async appToken() {
      const { clientId, clientSecret } = sandbox.app;
      const response = await fetch(`${sandbox.url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
        }),
      });
      const { access_token: token } = (await response.json()) as { access_token: string };
      return token;
    },
    close: () => sandbox.close(),
  });
}

/** Nothing of a reply but where its next page begins. */
export function nextCursor({ body }: { body: unknown }): string {
  return (body as { pagination: { next_cursor: string } }).pagination.next_cursor;
}
