import type { KickInChannel } from '../core/plugins/kick.js';
import { KickbotError } from '../core/primitives/error.js';

type Partly<Part> = {
  readonly [Name in keyof Part]?: Part[Name] extends Call ? Part[Name] : Partly<Part[Name]>;
};
type Call = (...values: never[]) => unknown;

/** Those calls of Kick's API that a test answers: `{ rewards: { list: async () => [] } }`. */
export type TestKick = Partly<KickInChannel>;

/** The API with those calls; every other one throws. */
export function testKick(given: TestKick): KickInChannel {
  // Whatever is asked of it is there.
  return part(given, []) as KickInChannel;
}

function part(given: unknown, path: readonly string[]): object {
  if (typeof given === 'function') return given;
  const missing = () => {
    throw new KickbotError(
      'kick.unavailable',
      `A test has no network: give createTestBot what Kick answers to ${path.join('.')}, in its option kick.`,
    );
  };
  return new Proxy(missing, {
    get: (_target, name) => part(Reflect.get(Object(given ?? {}), name), [...path, String(name)]),
  });
}
