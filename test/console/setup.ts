import type { Hono } from 'hono';
import { consoleRoutes } from '../../src/console/console.js';
import { createBot } from '../../src/core/bot.js';
import { configSchema } from '../../src/core/config/schema.js';
import { SystemRandom } from '../../src/core/primitives/random.js';
import { Secret } from '../../src/core/primitives/secret.js';
import { Addresses } from '../../src/core/server/addresses.js';
import { guarded, type ServerEnvironment } from '../../src/core/server/public-server.js';
import type { Sandbox } from '../../src/sandbox/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordingLogger } from '../support/recording-logger.js';

export const password = 'correct horse battery';
const secretKey = new Secret(Buffer.alloc(32, 7).toString('base64'));

export function configFor(sandbox: Sandbox, server: { publicUrl?: string; port?: number } = {}) {
  const { clientId, clientSecret } = sandbox.app;
  return configSchema.parse({
    kick: { clientId, clientSecret, endpoints: sandbox.endpoints, pusher: sandbox.pusher },
    storage: { url: 'sqlite::memory:' },
    server,
  });
}

export function botFor(sandbox: Sandbox, server: { publicUrl?: string; port?: number } = {}) {
  const config = configFor(sandbox, server);
  const logger = new RecordingLogger();
  return { config, logger, bot: createBot(config, { secretKey, logger }) };
}

/** The console over a real bot, with a clock of its own; asked without a socket. */
export function consoleFor(sandbox: Sandbox, { publicUrl }: { publicUrl?: string } = {}) {
  const { config, logger, bot } = botFor(sandbox, publicUrl === undefined ? {} : { publicUrl });
  const clock = new FakeClock();
  const addresses = new Addresses({ publicUrl, port: 3000 });
  const parts = { bot, config, addresses, clock, random: new SystemRandom(), logger, onLogin: () => {} };
  const app = guarded(consoleRoutes(parts), addresses, logger);
  sandbox.app.redirectUris.push(`${addresses.publicOrigin}/v1/integrations/callback/kick`);
  return { app, bot, clock, logger, origin: addresses.publicOrigin };
}

/** A browser with cookies, as far as the console is concerned. */
export class Visitor {
  readonly #cookies = new Map<string, string>();
  /** The `Set-Cookie` lines seen so far. */
  readonly setCookies: string[] = [];

  constructor(
    private readonly app: Hono<ServerEnvironment>,
    private readonly origin: string,
  ) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers });
  }

  async post(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: this.origin, ...headers },
    });
  }

  async signIn(): Promise<this> {
    await this.post('/console/login', { password });
    return this;
  }

  /** A form of the Integrations page, with its token. */
  async submit(path: string, form: Record<string, string>): Promise<Response> {
    const page = await (await this.get('/console/integrations')).text();
    const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page) ?? [];
    return this.post(path, { csrf, ...form });
  }

  /** Presses Connect; where Kick's page is. */
  async connect(kind: 'bot' | 'channel', identifier: string): Promise<string> {
    const answer = await this.submit('/console/integrations/connect', { kind, identifier });
    return answer.headers.get('location') ?? '';
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const url = path.startsWith('http') ? path : `${this.origin}${path}`;
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    if (!headers.has('host')) headers.set('host', new URL(url).host);
    if (!headers.has('cookie')) headers.set('cookie', cookie);
    const answer = await this.app.request(url, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      this.setCookies.push(line);
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
