import type { ChatMessageSent } from '../events/kick-event.js';
import type { Verdict } from './verdict.js';

/** A rule as the engine sees it. `check` neither throws nor rejects. */
export interface Rule {
  readonly plugin: string;
  readonly name: string;
  check(message: ChatMessageSent): Verdict | undefined | Promise<Verdict | undefined>;
}

/** A rule has objected to a message. */
export interface Decision {
  readonly rule: Rule;
  readonly verdict: Verdict;
}

/** Asks the rules in the order they were added; the first verdict is the only one. */
export class RuleEngine {
  // Replaced, never changed: a message that waits for a slow rule goes on with the rules it started with.
  #rules: readonly Rule[] = [];

  /** The function returned takes the rule away again. */
  add(rule: Rule): () => void {
    this.#rules = [...this.#rules, rule];
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule);
    };
  }

  /** Asks plugins' rules in the order of these names from now on. */
  order(plugins: readonly string[]): void {
    this.#rules = this.#rules.toSorted((a, b) => plugins.indexOf(a.plugin) - plugins.indexOf(b.plugin));
  }

  /** Answers at once unless a rule takes its time. */
  judge(message: ChatMessageSent): Decision | undefined | Promise<Decision | undefined> {
    return judgeFrom(0, this.#rules, message);
  }
}

function judgeFrom(
  start: number,
  rules: readonly Rule[],
  message: ChatMessageSent,
): Decision | undefined | Promise<Decision | undefined> {
  for (let index = start; index < rules.length; index++) {
    const rule = rules[index];
    const verdict = rule?.check(message);
    if (rule === undefined || verdict === undefined) continue;
    if (verdict instanceof Promise) {
      return verdict.then((late) =>
        late === undefined ? judgeFrom(index + 1, rules, message) : { rule, verdict: late },
      );
    }
    return { rule, verdict };
  }
  return undefined;
}
