import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const core = fileURLToPath(new URL('../src/core', import.meta.url));
const files = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** What the core must be handed instead of reaching for it, and the one file that may. */
const handed: readonly { what: string; pattern: RegExp; except: readonly string[] }[] = [
  { what: 'the environment', pattern: /\bprocess\.env\b/, except: [] },
  { what: 'the wall clock', pattern: /\bDate\.now\(|\bnew Date\(\)/, except: ['primitives/clock.ts'] },
  {
    what: 'the monotonic clock',
    pattern: /\bperformance\.now\(|\bhrtime\b/,
    except: ['primitives/clock.ts'],
  },
  { what: 'timers', pattern: /\b(setTimeout|setInterval)\(/, except: ['primitives/clock.ts'] },
  {
    what: 'chance',
    pattern: /\bMath\.random\(|\brandom(Bytes|UUID|Int)\(|\bgetRandomValues\(/,
    except: ['primitives/random.ts'],
  },
  // What plugins are handed is called `fetch` as well, and asks with undici's.
  {
    what: 'the global fetch',
    pattern: /(?<![.\w#])fetch\(/,
    except: ['plugins/http.ts', 'plugins/public-http.ts'],
  },
];

describe('wall 3: the core is handed', () => {
  it.each(handed)('$what', ({ pattern, except }) => {
    const reaching = files.filter((name) => {
      if (except.includes(name)) return false;
      const code = readFileSync(join(core, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return pattern.test(code);
    });
    expect(reaching).toEqual([]);
  });

  it('so there is a core to look at', () => {
    expect(files.length).toBeGreaterThan(10);
  });
});
