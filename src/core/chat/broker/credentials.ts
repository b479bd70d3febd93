import { z } from 'zod';
import { printable } from '../../primitives/printable.js';

/** Which server the broker names. */
export type Offer = PusherOffer | CentrifugoOffer;

export interface PusherOffer {
  readonly provider: 'pusher';
  readonly key: string;
  readonly cluster: string;
}

export interface CentrifugoOffer {
  readonly provider: 'centrifugo';
  readonly url: string;
}

const PusherCredentials = z.object({
  app_key: z.string().regex(/^[A-Za-z0-9]{1,128}$/),
  cluster: z.string().regex(/^[A-Za-z0-9]{1,32}$/),
});
const CentrifugoCredentials = z.object({ url: z.string().max(2048).refine(URL.canParse) });

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);
const realtimeHost = /^realtime\.(?:[a-z0-9-]+\.)+platform\.kick\.com$/;

/** Throws where the credentials are none of an app of Pusher. */
export function pusherOffer(credentials: unknown): PusherOffer {
  const { app_key, cluster } = PusherCredentials.parse(credentials);
  return { provider: 'pusher', key: app_key, cluster };
}

/**
 * Throws where the credentials name no realtime server of Kick's own. A broker on this machine, the sandbox's, may
 * name one on this machine.
 */
export function centrifugoOffer(credentials: unknown, broker: string): CentrifugoOffer {
  const url = new URL(CentrifugoCredentials.parse(credentials).url);
  const { protocol, host, hostname, pathname, username, password, search, hash } = url;
  const isOfKick = protocol === 'wss:' && realtimeHost.test(host);
  const isOfSandbox =
    /^wss?:$/.test(protocol) && loopbackHosts.has(hostname) && loopbackHosts.has(new URL(broker).hostname);
  const isPlain = username + password + search + hash === '' && pathname === '/connection/websocket';
  if ((isOfKick || isOfSandbox) && isPlain) return { provider: 'centrifugo', url: url.href };
  throw new Error(`"${printable(url.href)}" is no address of Kick's realtime servers.`);
}
