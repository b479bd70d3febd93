import { vi } from 'vitest';

// One second, the default, is too little for a real socket or process on a busy machine; how long things take is
// the benchmarks' subject and no test's.
const waitFor = vi.waitFor;
vi.waitFor = (check, options) =>
  waitFor(check, typeof options === 'number' ? options : { timeout: 30_000, ...options });
