import type { Accounts } from './accounts.js';
import type { Reception } from './chat/reception.js';
import type { WebhookTransport } from './chat/webhook/webhook-transport.js';
import type { Channel } from './events/kick-event.js';
import type { PluginHost } from './plugins/plugin-host.js';
import type { Readiness } from './server/health-routes.js';
import type { Speakers } from './speakers.js';
import type { Readings } from './telemetry/metrics.js';

/** The parts of a bot that runs. */
export interface RunningParts {
  readonly accounts: Accounts;
  readonly speakers: Speakers;
  readonly host: PluginHost;
  readonly reception: Reception;
  readonly webhook: WebhookTransport | undefined;
  readonly channels: readonly Channel[];
}

const nothing: Readings = {
  transports: [],
  inbox: { consumed: 0, repeated: 0, overflowed: 0, failed: 0, waiting: 0 },
  history: { reads: 0, failed: 0, replayed: 0 },
  senders: [],
  tokens: [],
  plugins: [],
  webhooks: {},
};

/** What a bot has counted; nothing while it does not run. */
export function readingsOf(running: RunningParts | undefined): Readings {
  if (running === undefined) return nothing;
  const { accounts, speakers, host, reception, webhook, channels } = running;
  const counts = reception.counts;
  return {
    transports: reception.transports.map((transport) => {
      const { frames, malformed, losses } = transport.counts;
      const { copies, gapSeconds } = counts.transports.get(transport.name) ?? { copies: 0, gapSeconds: 0 };
      const isReady = channels.every((channel) => transport.receivedSince(channel) !== undefined);
      return { transport: transport.name, isReady, frames, copies, malformed, losses, gapSeconds };
    }),
    inbox: counts.inbox,
    history: { ...counts.history, replayed: counts.replayed },
    senders: [...speakers.counts].map(([account, { window, ...rest }]) => ({
      account,
      ...rest,
      windowUsed: window.used,
      windowLimit: window.limit,
    })),
    tokens: [...accounts.tokens.expiries].map(([account, at]) => ({ account, expiresAt: at / 1000 })),
    plugins: [...host.invoker.tallies].map(
      ([plugin, { calls, milliseconds, failures, strays, isResting }]) => ({
        plugin,
        calls,
        milliseconds,
        failures,
        strays,
        isResting,
      }),
    ),
    webhooks: webhook?.outcomes ?? {},
  };
}

/** Ready: it runs, and every channel arrives by one transport at least. */
export function readinessOf(running: RunningParts | undefined): Readiness {
  if (running === undefined) return { isReady: false, problems: ['The bot does not run yet.'] };
  const { reception, channels } = running;
  const { transports } = reception;
  const problems: string[] = [];
  const missing = channels.filter((channel) =>
    transports.every((transport) => transport.receivedSince(channel) === undefined),
  );
  if (missing.length > 0) {
    const names = missing.slice(0, 5).map(({ slug }) => slug);
    const more = missing.length > names.length ? ` and ${missing.length - names.length} more` : '';
    problems.push(`Nothing is received from ${names.join(', ')}${more}.`);
  }
  const isReady = problems.length === 0;
  for (const { name, state } of transports) {
    if (state.name !== 'ready') problems.push(`The transport ${name} is ${state.name}.`);
  }
  return { isReady, problems };
}
