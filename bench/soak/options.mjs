import { parseArgs } from 'node:util';

const usage = 'npm run soak -- [--minutes 60] [--rate 200] [--faults-per-minute 1] [--seed 1]';
/** In a shorter run one fault a minute would be too few to tell anything. */
const shortMinutes = 10;
const faultsInShortRuns = 12;

/** The command line's arguments; ends the process with 2 where they are wrong. */
export function readOptions() {
  try {
    const number = { type: 'string' };
    const { values } = parseArgs({
      options: { minutes: number, rate: number, 'faults-per-minute': number, seed: number },
    });
    const minutes = positive(values, 'minutes') ?? 60;
    const often = minutes < shortMinutes ? Math.max(1, faultsInShortRuns / minutes) : 1;
    return {
      minutes,
      rate: positive(values, 'rate') ?? 200,
      faultsPerMinute: positive(values, 'faults-per-minute') ?? often,
      seed: positive(values, 'seed') ?? Date.now() % 1_000_000,
    };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

function positive(values, name) {
  if (values[name] === undefined) return undefined;
  const value = Number(values[name]);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--${name} takes a number above 0, not ${values[name]}.`);
}
