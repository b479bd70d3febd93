import performanceHooks from 'node:perf_hooks';
import { describe, expect, it, vi } from 'vitest';
import { Metrics, type Readings } from '../../../src/core/telemetry/metrics.js';

const readings = (consumed: number): Readings => ({
  transports: [
    { transport: 'pusher', isReady: true, frames: 5, copies: 4, malformed: 0, losses: 2, gapSeconds: 1.5 },
    { transport: 'webhook', isReady: false, frames: 3, copies: 0, malformed: 1, losses: 0, gapSeconds: 0 },
  ],
  inbox: { consumed, repeated: 1, overflowed: 0, failed: 0, waiting: 4 },
  history: { reads: 6, failed: 1, replayed: 40 },
  senders: [],
  tokens: [{ account: 'bot:"a"\n', expiresAt: 1_767_225_600 }],
  plugins: [{ plugin: 'dice', calls: 2, milliseconds: 1_500, failures: 0, strays: 2, isResting: true }],
  webhooks: {},
});

describe('the metrics', () => {
  it('are what was counted by the time somebody asks, read once for each answer', async () => {
    let reads = 0;
    const metrics = new Metrics(() => readings(++reads));
    reads = 0;
    await metrics.text();
    const text = await metrics.text();
    expect(reads).toBe(2);
    expect(text).toContain('kickbot_events_total{outcome="consumed"} 2\n');
    expect(text).toContain('kickbot_transport_ready{transport="webhook"} 0\n');
    expect(text).toContain('kickbot_copies_total{transport="pusher"} 4\n');
    expect(text).toContain('kickbot_replayed_total 40\n');
    expect(text).toContain('kickbot_gap_seconds_total{transport="pusher"} 1.5\n');
    expect(text).toContain('kickbot_handler_seconds_total{plugin="dice"} 1.5\n');
    expect(text).toContain('kickbot_handler_strays_total{plugin="dice"} 2\n');
    expect(text).toContain('kickbot_handler_resting{plugin="dice"} 1\n');
    expect(text).toContain('kickbot_token_expires_timestamp_seconds{account="bot:\\"a\\"\\n"} 1767225600\n');
    expect(text).toContain('# TYPE kickbot_connection_losses_total counter\n');
    expect(text).toContain('# TYPE kickbot_inbox_waiting gauge\n');
  });

  it('of many bots watch the process once', async () => {
    const watch = vi.spyOn(performanceHooks, 'monitorEventLoopDelay');
    const all = Array.from({ length: 20 }, (_, index) => new Metrics(() => readings(index)));
    expect(watch.mock.calls.length).toBeLessThanOrEqual(1);
    watch.mockRestore();
    const [one, other] = await Promise.all([all[3]?.text(), all[7]?.text()]);
    expect(one).toContain('kickbot_events_total{outcome="consumed"} 3\n');
    expect(other).toContain('kickbot_events_total{outcome="consumed"} 7\n');
    expect(one).toContain('process_resident_memory_bytes ');
  });
});
