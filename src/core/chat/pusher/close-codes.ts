import type { Loss } from '../realtime/feed.js';

/** The server closed the connection, or refused it with an error of that code. */
export function closed(reason: string, code: number | undefined): Loss {
  const isSlow = code !== undefined && code >= 4000 && code < 4100;
  const isOutdated = code === 4001 || code === 4003;
  return { reason, isSlow, isOutdated, isRestart: isRestart(code), advice: adviceFor(code) };
}

/**
 * Going away, restart, try again later (RFC 6455 §7.4.1 and its registry), over capacity. Not 42xx, which ask to come
 * back at once.
 */
function isRestart(code: number | undefined): boolean {
  return code !== undefined && ([1001, 1012, 1013].includes(code) || (code >= 4100 && code < 4200));
}

/** https://pusher.com/docs/channels/library_auth_reference/pusher-websockets-protocol, error codes. */
function adviceFor(code: number | undefined): string | undefined {
  switch (code) {
    case 4000:
      return 'It takes connections with TLS only: set kick.pusher.tls to true.';
    case 4001:
    case 4003:
      return "Kick seems to have changed its app key: set kick.pusher.key to the one kick.com's pages use now. It is tried again meanwhile.";
    default:
      return undefined;
  }
}
