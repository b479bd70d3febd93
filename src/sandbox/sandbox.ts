import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { FaultSwitch } from './faults.js';
import { CentrifugoServer } from './feed/centrifugo-server.js';
import { framesOf } from './feed/frames.js';
import { PusherServer } from './feed/pusher-server.js';
import type { RealtimeSettings } from './feed/realtime-settings.js';
import { RealtimeTokens } from './feed/realtime-tokens.js';
import type { SocketServer } from './feed/socket-server.js';
import { HttpFaults } from './http/http-faults.js';
import { RequestLog } from './http/request-log.js';
import { type App, type AppRegistration, Apps } from './oauth/apps.js';
import { allScopes, type Scope } from './oauth/scopes.js';
import { type RefreshPolicy, type TokenReply, Tokens } from './oauth/tokens.js';
import { type ConsentOptions, consent } from './scripted-browser.js';
import { createSandboxServer } from './server.js';
import { Webhooks } from './webhooks/deliveries.js';
import { SigningKey } from './webhooks/signing-key.js';
import type { UserRef } from './world/directory.js';
import { World } from './world/world.js';

export interface SandboxOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** 127.0.0.1 by default. */
  host?: string;
  /** How long user tokens are good; 7200 by default, as on Kick. */
  accessTokenSeconds?: number;
  /** `reusable` by default, as on Kick. */
  refreshTokens?: RefreshPolicy;
  /** Milliseconds since 1970; the machine's clock by default. Tokens, timeouts and chat modes go by it. */
  clock?: () => number;
  /** Where the app's webhooks are posted to, such as `http://localhost:3000/webhooks/kick`; nowhere by default. */
  webhookUrl?: string | undefined;
  /** Receives a line for each request to what stands for Kick, and for what was refused and why. */
  log?: (line: string) => void;
}

/** What can be seen of a feed. */
export type Feed = Pick<SocketServer, 'connections' | 'handshakes' | 'subscribers'>;

/** A Kick of one's own on loopback: login, REST API, chat feed, and a world to steer it all with. */
export interface Sandbox {
  /** Such as `http://127.0.0.1:4321`, without a slash at the end. */
  readonly url: string;
  /** What to put in the configuration of a bot, `kick.endpoints` and `kick.pusher`. */
  readonly endpoints: { auth: string; api: string; website: string; realtime: string };
  readonly pusher: { key: string; cluster: string; host: string; port: number; tls: false };
  /** A registered app. Its redirect URIs, compared exactly, its bot and its webhook URL may be changed. */
  readonly app: App;
  readonly world: World;
  readonly faults: FaultSwitch;
  /** What was asked of the sandbox over HTTP. */
  readonly requests: RequestLog;
  /** The tokens given out: how refreshing goes, and ways to end them early. */
  readonly tokens: Tokens;
  /** What was posted to the app's webhook URL, and ways to post more. */
  readonly webhooks: Pick<
    Webhooks,
    'deliveries' | 'deliver' | 'prepare' | 'retryPausesMs' | 'maxUnderWay' | 'rotateKey' | 'unsubscribeAll'
  >;
  /** The Pusher feed: who is connected and subscribed. */
  readonly feed: Feed;
  /** The Centrifugo feed, the same. */
  readonly centrifugo: Feed;
  /** Which feed the broker names, and how long tokens and pings of Centrifugo take. */
  readonly realtime: RealtimeSettings;
  /** The page to chat on as one of the channel's people. */
  chatPageUrl(slug: string): string;
  registerApp(registration: AppRegistration): App;
  /** Tokens for a user as if they had consented, without the pages: all scopes unless told otherwise. */
  issueTokens(options: { as: UserRef; scopes?: readonly Scope[]; app?: App }): TokenReply;
  /** Plays the browser on an authorize address, and returns where it is sent back to without going there. */
  consent(authorizeUrl: string | URL, options: ConsentOptions): Promise<URL>;
  /** Plays the browser on an authorize address, goes back to the app, and returns what that answers. */
  approve(authorizeUrl: string | URL, options: ConsentOptions): Promise<Response>;
  /** Closes every connection and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts a local Kick. Rejects with Node's own error (`EADDRINUSE` …) when it cannot listen.
 *
 * @example
 * const sandbox = await startSandbox();
 * const channel = sandbox.world.createChannel({ owner: 'streamer' });
 * sandbox.world.say({ channel, user: 'streamer', content: 'hello' });
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', clock = Date.now, log = () => {} } = options;
  const { accessTokenSeconds = 7200, refreshTokens: refreshPolicy = 'reusable' } = options;
  const world = new World(clock);
  const apps = new Apps();
  const { webhookUrl } = options;
  const app = apps.register({ redirectUris: ['http://localhost:3000/callback'], webhookUrl });
  const tokens = new Tokens({ accessTokenSeconds, refreshPolicy, now: clock });
  const realtime: RealtimeSettings = { provider: 'centrifugo', tokenSeconds: 1800, pingSeconds: 25 };
  const realtimeTokens = new RealtimeTokens(realtime, clock);
  const pusher = new PusherServer();
  const centrifugo = new CentrifugoServer(realtimeTokens, realtime);
  const httpFaults = new HttpFaults();
  const requests = new RequestLog();
  const signingKey = new SigningKey();
  const { subscriptions } = world;
  const webhooks = new Webhooks({ apps, app, subscriptions, signingKey, now: clock, log });
  world.on((event) => {
    webhooks.publish(event);
    for (const frame of framesOf(event)) {
      pusher.publish(frame);
      centrifugo.publish(frame);
    }
  });

  const server = createSandboxServer({
    world,
    apps,
    tokens,
    pusher,
    centrifugo,
    realtime,
    realtimeTokens,
    signingKey,
    faults: httpFaults,
    requests,
    log,
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host;
  const url = `http://${reachable}:${address.port}`;

  return {
    url,
    endpoints: { auth: url, api: url, website: url, realtime: url },
    pusher: { key: pusher.key, cluster: pusher.cluster, host: reachable, port: address.port, tls: false },
    app,
    world,
    faults: new FaultSwitch(httpFaults, { pusher, centrifugo }, webhooks),
    requests,
    tokens,
    webhooks,
    feed: pusher,
    centrifugo,
    realtime,
    chatPageUrl: (slug) => `${url}/sandbox/chat/${encodeURIComponent(slug)}`,
    registerApp: (registration) => apps.register(registration),
    issueTokens: ({ as, scopes = allScopes, app: issuedTo = app }) =>
      tokens.issue({ app: issuedTo, user: world.user(as), scopes }),
    consent,
    approve: async (authorizeUrl, who) => fetch(await consent(authorizeUrl, who)),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      httpFaults.clear();
      pusher.close();
      centrifugo.close();
      server.closeAllConnections();
      await Promise.all([closed, webhooks.close()]);
    },
  };
}
