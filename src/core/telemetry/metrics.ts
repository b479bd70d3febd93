import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

type CountsByName = Readonly<Record<string, number>>;

export interface TransportReading {
  readonly transport: string;
  /** Every joined channel arrives by it. */
  readonly isReady: boolean;
  readonly frames: number;
  /** Of those, the ones that this or another transport had delivered before. */
  readonly copies: number;
  readonly malformed: number;
  readonly losses: number;
  readonly gapSeconds: number;
}

export interface SenderReading {
  readonly account: string;
  readonly sent: number;
  /** By reason. */
  readonly dropped: CountsByName;
  readonly failed: CountsByName;
  readonly unknown: number;
  readonly waiting: number;
  readonly windowUsed: number;
  readonly windowLimit: number;
}

export interface PluginReading {
  readonly plugin: string;
  readonly calls: number;
  readonly milliseconds: number;
  readonly failures: number;
  readonly strays: number;
  readonly isResting: boolean;
}

/** What a bot counts, at one moment. Everything but the gauges is a total since the start. */
export interface Readings {
  readonly transports: readonly TransportReading[];
  readonly inbox: {
    readonly consumed: number;
    readonly repeated: number;
    readonly overflowed: number;
    readonly failed: number;
    readonly waiting: number;
  };
  /** Spans whose messages were asked for, those of which that failed, and messages of them that were new. */
  readonly history: { readonly reads: number; readonly failed: number; readonly replayed: number };
  readonly senders: readonly SenderReading[];
  /** Seconds since 1970. */
  readonly tokens: readonly { readonly account: string; readonly expiresAt: number }[];
  readonly plugins: readonly PluginReading[];
  /** Deliveries by webhook, by what became of them. */
  readonly webhooks: CountsByName;
}

interface Family {
  readonly kind: typeof Counter | typeof Gauge;
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Label values in the order of `labels`, and the number. */
  read(readings: Readings): readonly (readonly [labels: readonly string[], value: number])[];
}

const byName = (counts: CountsByName, ...labels: string[]) =>
  Object.entries(counts).map(([name, count]) => [[...labels, name], count] as const);

const transportFamily = (
  kind: Family['kind'],
  name: string,
  help: string,
  value: (transport: TransportReading) => number,
): Family => ({
  kind,
  name,
  help,
  labels: ['transport'],
  read: ({ transports }) => transports.map((reading) => [[reading.transport], value(reading)]),
});

const senderFamily = (
  kind: Family['kind'],
  name: string,
  help: string,
  value: (sender: SenderReading) => number,
): Family => ({
  kind,
  name,
  help,
  labels: ['account'],
  read: ({ senders }) => senders.map((reading) => [[reading.account], value(reading)]),
});

const historyTotal = (
  name: string,
  help: string,
  value: (history: Readings['history']) => number,
): Family => ({
  kind: Counter,
  name,
  help,
  labels: [],
  read: ({ history }) => [[[], value(history)]],
});

const pluginFamily = (
  kind: Family['kind'],
  name: string,
  help: string,
  value: (plugin: PluginReading) => number,
): Family => ({
  kind,
  name,
  help,
  labels: ['plugin'],
  read: ({ plugins }) => plugins.map((reading) => [[reading.plugin], value(reading)]),
});

/** Names by https://prometheus.io/docs/practices/naming/: base units, `_total` for what only grows. */
const families: readonly Family[] = [
  transportFamily(Gauge, 'kickbot_transport_ready', '1 while every joined channel arrives by it.', (t) =>
    Number(t.isReady),
  ),
  transportFamily(Counter, 'kickbot_frames_total', 'Events that arrived, copies included.', (t) => t.frames),
  transportFamily(
    Counter,
    'kickbot_copies_total',
    'Events that this transport or another one had delivered before.',
    (t) => t.copies,
  ),
  transportFamily(
    Counter,
    'kickbot_malformed_frames_total',
    'Frames that were no events and were left out.',
    (t) => t.malformed,
  ),
  transportFamily(
    Counter,
    'kickbot_connection_losses_total',
    'Connections that were lost or could not be made.',
    (t) => t.losses,
  ),
  transportFamily(
    Counter,
    'kickbot_gap_seconds_total',
    'Seconds a channel was not received, summed over the channels.',
    (t) => t.gapSeconds,
  ),
  {
    kind: Counter,
    name: 'kickbot_events_total',
    help: 'Events by what became of them: consumed, repeated (a copy), overflowed (dropped from a full queue), failed.',
    labels: ['outcome'],
    read: ({ inbox: { waiting: _, ...outcomes } }) => byName(outcomes),
  },
  {
    kind: Gauge,
    name: 'kickbot_inbox_waiting',
    help: 'Events that wait for the handlers before them.',
    labels: [],
    read: ({ inbox }) => [[[], inbox.waiting]],
  },
  historyTotal('kickbot_history_reads_total', 'Gaps whose messages were asked for.', ({ reads }) => reads),
  historyTotal('kickbot_history_failures_total', 'Those that could not be read.', ({ failed }) => failed),
  historyTotal(
    'kickbot_replayed_total',
    'Messages of a gap that the history had.',
    ({ replayed }) => replayed,
  ),
  senderFamily(Counter, 'kickbot_messages_sent_total', 'Chat messages that Kick took.', (s) => s.sent),
  {
    kind: Counter,
    name: 'kickbot_messages_dropped_total',
    help: 'Chat messages that were not tried any more, by reason.',
    labels: ['account', 'reason'],
    read: ({ senders }) => senders.flatMap(({ account, dropped }) => byName(dropped, account)),
  },
  {
    kind: Counter,
    name: 'kickbot_messages_failed_total',
    help: 'Chat messages that Kick refused or that could not reach it, by reason.',
    labels: ['account', 'reason'],
    read: ({ senders }) => senders.flatMap(({ account, failed }) => byName(failed, account)),
  },
  senderFamily(
    Counter,
    'kickbot_messages_unknown_total',
    'Chat messages that Kick may or may not have shown.',
    (s) => s.unknown,
  ),
  senderFamily(Gauge, 'kickbot_send_waiting', 'Chat messages that wait to be sent.', (s) => s.waiting),
  senderFamily(
    Gauge,
    'kickbot_send_window_used',
    'Messages that count against the window now.',
    (s) => s.windowUsed,
  ),
  senderFamily(Gauge, 'kickbot_send_window_limit', 'Messages the window holds.', (s) => s.windowLimit),
  {
    kind: Gauge,
    name: 'kickbot_token_expires_timestamp_seconds',
    help: 'When the access token that is used now ends.',
    labels: ['account'],
    read: ({ tokens }) => tokens.map(({ account, expiresAt }) => [[account], expiresAt]),
  },
  pluginFamily(Counter, 'kickbot_handler_calls_total', 'Calls of a plugin that ended.', (p) => p.calls),
  pluginFamily(
    Counter,
    'kickbot_handler_seconds_total',
    'Seconds they took, waiting included.',
    (p) => p.milliseconds / 1000,
  ),
  pluginFamily(
    Counter,
    'kickbot_handler_failures_total',
    'Calls of a plugin that threw or took too long.',
    (p) => p.failures,
  ),
  pluginFamily(
    Counter,
    'kickbot_handler_strays_total',
    'Errors of its timers, and of promises it did not wait for.',
    (p) => p.strays,
  ),
  pluginFamily(
    Gauge,
    'kickbot_handler_resting',
    '1 while the plugin rests because it failed too often.',
    (p) => Number(p.isResting),
  ),
  {
    kind: Counter,
    name: 'kickbot_webhook_deliveries_total',
    help: 'Requests to the webhook address, by what became of them.',
    labels: ['outcome'],
    read: ({ webhooks }) => byName(webhooks),
  },
];

/** Node's own, which belong to the process: watched once, however many bots are in it, and until it ends. */
let ofProcess: Registry | undefined;
function processRegistry(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/**
 * A bot's numbers for Prometheus, beside Node's own. They are read when somebody asks, once for each answer;
 * counting costs nothing more than the bot's own totals.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export class Metrics {
  readonly #registry: Registry;
  readonly #read: () => Readings;
  /** Those of the answer that is being made. */
  #readings: Readings;

  constructor(read: () => Readings) {
    this.#read = read;
    this.#readings = read();
    const own = new Registry();
    for (const { kind, name, help, labels, read: valuesOf } of families) {
      const metric = new kind({
        name,
        help,
        labelNames: [...labels],
        registers: [own],
        collect: () => {
          metric.reset();
          for (const [values, value] of valuesOf(this.#readings)) {
            metric.inc(Object.fromEntries(values.map((label, at) => [labels[at] ?? '', label])), value);
          }
        },
      });
    }
    this.#registry = Registry.merge([processRegistry(), own]);
  }

  /** Such as `text/plain; version=0.0.4; charset=utf-8`. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    this.#readings = this.#read();
    return this.#registry.metrics();
  }
}
