import { messageOf } from '../../primitives/error.js';
import type { Loss } from './feed.js';

/** As much of an HTTP answer as says why a WebSocket was not opened. */
export interface UpgradeAnswer {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A WebSocket handshake was answered with something else than 101 (RFC 6455 §4.1). */
export function upgradeRefused({ statusCode: status = 0, headers }: UpgradeAnswer): Loss {
  const isPage = /^text\/html\b/i.test(String(headers['content-type'] ?? ''));
  const by = headers.server === 'cloudflare' || headers['cf-ray'] !== undefined ? ' by Cloudflare' : '';
  const reason = `the connection was refused${by} with status ${status}${isPage ? ' and a page' : ''}`;
  // What is broken on the server's side is mended soon.
  const isSlow = status < 500;
  return { reason, isSlow, isOutdated: false, advice: isSlow ? adviceFor(status) : undefined };
}

function adviceFor(status: number): string {
  if (status === 429) {
    return 'Too many connections come from this address: run fewer bots behind it. It is tried again meanwhile.';
  }
  return 'A firewall or proxy refuses this machine: let it reach the chat feed, or run the bot from another network. It is tried again meanwhile.';
}

/** The connection failed on its way: no such host, no answer, no trust in the certificate, or later a reset. */
export function connectionFailed(error: Error & { readonly code?: unknown }): Loss {
  const code = typeof error.code === 'string' ? error.code : '';
  const reason = messageOf(error) || code;
  const isSlow = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_SSL|^EPROTO$/.test(code);
  const advice = isSlow
    ? "The server's certificate is not trusted or it speaks no TLS: check this machine's clock, its proxy, and kick.pusher.tls. It is tried again meanwhile."
    : undefined;
  return { reason, isSlow, isOutdated: false, advice };
}
