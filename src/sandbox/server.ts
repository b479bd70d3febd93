import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { chatPageRoutes } from './chat-page.js';
import type { CentrifugoServer } from './feed/centrifugo-server.js';
import type { PusherServer } from './feed/pusher-server.js';
import type { RealtimeSettings } from './feed/realtime-settings.js';
import type { RealtimeTokens } from './feed/realtime-tokens.js';
import type { SandboxEnvironment } from './http/environment.js';
import { applyFaults, type HttpFaults } from './http/http-faults.js';
import { type RequestLog, recordRequests } from './http/request-log.js';
import type { Apps } from './oauth/apps.js';
import { authorizeRoutes } from './oauth/authorize-routes.js';
import { tokenRoutes } from './oauth/token-routes.js';
import type { Tokens } from './oauth/tokens.js';
import { categoryRoutes } from './rest/categories.js';
import { channelRoutes } from './rest/channels.js';
import { chatRoutes } from './rest/chat.js';
import { dropsRoutes } from './rest/drops.js';
import { eventSubscriptionRoutes } from './rest/event-subscriptions.js';
import { kicksRoutes } from './rest/kicks.js';
import { livestreamRoutes } from './rest/livestreams.js';
import { moderationRoutes } from './rest/moderation.js';
import { publicKeyRoutes } from './rest/public-key.js';
import { realtimeBrokerRoutes } from './rest/realtime-broker.js';
import { redemptionRoutes } from './rest/redemptions.js';
import { answerError } from './rest/replies.js';
import { rewardRoutes } from './rest/rewards.js';
import { userRoutes } from './rest/users.js';
import { websiteRoutes } from './rest/website.js';
import { websiteChatRoutes } from './rest/website-chat.js';
import { websiteHistoryRoutes } from './rest/website-history.js';
import type { SigningKey } from './webhooks/signing-key.js';
import type { World } from './world/world.js';

export interface ServerParts {
  world: World;
  apps: Apps;
  tokens: Tokens;
  pusher: PusherServer;
  centrifugo: CentrifugoServer;
  realtime: RealtimeSettings;
  realtimeTokens: RealtimeTokens;
  signingKey: SigningKey;
  faults: HttpFaults;
  requests: RequestLog;
  log: (line: string) => void;
}

/** Everything of the local Kick on one origin, where the real one has four. Not listening yet. */
export function createSandboxServer(parts: ServerParts): Server {
  const { world, tokens, pusher, centrifugo, requests, log } = parts;
  const app = new Hono<SandboxEnvironment>();
  app.use(recordRequests({ requests, tokens, now: world.now, log }));
  app.use(applyFaults(parts.faults));

  const { routes, codes } = authorizeRoutes(parts);
  app.route('/', routes);
  app.route('/', tokenRoutes({ ...parts, codes }));
  for (const resource of [
    userRoutes,
    channelRoutes,
    rewardRoutes,
    redemptionRoutes,
    chatRoutes,
    moderationRoutes,
    eventSubscriptionRoutes,
    kicksRoutes,
    dropsRoutes,
  ]) {
    app.route('/public/v1', resource({ world, tokens }));
  }
  for (const resource of [categoryRoutes, livestreamRoutes]) {
    app.route('/public', resource({ world, tokens }));
  }
  app.route('/public/v1', publicKeyRoutes(parts));
  app.route('/', websiteRoutes({ world }));
  app.route('/', websiteHistoryRoutes({ world }));
  app.route('/', realtimeBrokerRoutes(parts));
  app.route('/', websiteChatRoutes({ world, tokens }));
  app.route('/sandbox', chatPageRoutes({ world, pusher }));

  app.notFound((c) => c.text('404 page not found', 404));
  app.onError((error, c) => {
    log(`${c.req.method} ${c.req.path}: ${error.message}`);
    return answerError(error, c);
  });

  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  server.on('upgrade', (request, stream, head) => {
    if (!pusher.upgrade(request, stream, head) && !centrifugo.upgrade(request, stream, head))
      pusher.refuse(stream);
  });
  return server;
}
