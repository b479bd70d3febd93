import { describe, expect, it } from 'vitest';
import { type Rule, RuleEngine } from '../../../src/core/moderation/rule-engine.js';
import { ban, remove, timeout, type Verdict } from '../../../src/core/moderation/verdict.js';
import { TestChannel } from '../../../src/testing/test-event.js';

const message = new TestChannel('streamer').message('viewer', 'hello', new Date(0));
const rule = (name: string, verdict?: Verdict | Promise<Verdict | undefined>): Rule => ({
  plugin: 'test',
  name,
  check: () => verdict,
});

function engineWith(...rules: Rule[]) {
  const engine = new RuleEngine();
  for (const each of rules) engine.add(each);
  return engine;
}

describe('the rule engine', () => {
  it('answers at once, with the first verdict', () => {
    const engine = engineWith(rule('a'), rule('b', remove('b')), rule('c', ban('c')));
    expect(engine.judge(message)).toMatchObject({ rule: { name: 'b' }, verdict: remove('b') });
    expect(engineWith(rule('a')).judge(message)).toBeUndefined();
  });

  it('waits for a rule that takes its time, and then asks the next', async () => {
    const lenient = rule('slow', Promise.resolve(undefined));
    const strict = rule('slow too', Promise.resolve(remove('late')));
    await expect(engineWith(lenient, rule('b', ban('b'))).judge(message)).resolves.toMatchObject({
      rule: { name: 'b' },
    });
    await expect(engineWith(strict, rule('b', ban('b'))).judge(message)).resolves.toMatchObject({
      verdict: remove('late'),
    });
  });

  it('goes on with the rules a message began with when one is taken away meanwhile', async () => {
    const engine = new RuleEngine();
    const takeAway = engine.add(rule('slow', Promise.resolve(undefined)));
    engine.add(rule('b', remove('b')));
    const decision = engine.judge(message);
    takeAway();
    await expect(decision).resolves.toMatchObject({ rule: { name: 'b' } });
    expect(engine.judge(message)).toMatchObject({ rule: { name: 'b' } });
  });
});

describe('a verdict', () => {
  it('of a timeout lasts up to seven days', () => {
    expect(timeout('90s', 'x')).toEqual({ action: 'timeout', seconds: 90, reason: 'x' });
    expect(() => timeout('8d', 'x')).toThrow('up to seven days');
    expect(() => timeout(0, 'x')).toThrow(RangeError);
  });
});
