import { afterEach, beforeEach, expect, it } from 'vitest';
import type { KickApi } from '../../../src/core/kick/kick-api.js';
import { type Script, startKick } from './kick-fixture.js';

/** What is called, what Kick is asked, what it answers and what comes out. */
export interface Row {
  /** Begins with the row's number in the table of Kick's endpoints, where it has one. */
  readonly title: string;
  readonly call: (kick: KickApi) => Promise<unknown>;
  readonly asks: { method: string; url: string; body?: unknown };
  readonly answer: Script;
  readonly result?: unknown;
}

/** A test for each row, on an API client that other tests of the file may use too. */
export function testRows(rows: readonly Row[]) {
  const current: { fixture?: Awaited<ReturnType<typeof startKick>> } = {};
  const fixture = () => {
    if (current.fixture === undefined) throw new Error('No test is running.');
    return current.fixture;
  };
  beforeEach(async () => {
    current.fixture = await startKick();
  });
  afterEach(() => fixture().close());

  it.each(rows)('$title', async ({ call, asks, answer, result }) => {
    const { kick, requests, script } = fixture();
    script.answer = answer;
    expect(await call(kick)).toEqual(result);
    expect(requests).toHaveLength(1);
    const { method, url, body } = requests[0] ?? {};
    expect({ method, url, body }).toEqual({ body: undefined, ...asks });
  });
  return fixture;
}
