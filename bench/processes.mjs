// Each measurement has a process of its own: neither the garbage nor the compiled code of another is in its way.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Longer than anything here takes on a busy machine: something that is waited for does not happen. */
const patienceMs = 120_000;

/**
 * Starts a file of this folder. `ask` sends it a question, one at a time, and resolves with the answer; it rejects
 * when the process fails or does not answer.
 */
export function start(file, { arguments: given = [], execArgv = [] } = {}) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, given, { execArgv: [...process.execArgv, ...execArgv] });
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    async ask(name, details = {}) {
      let timer;
      const answered = new Promise((resolve, reject) => {
        const fail = (why) => reject(new Error(`${file}, ${name}: ${why}`));
        timer = setTimeout(() => fail(`no answer within ${patienceMs / 1000} s`), patienceMs);
        child.once('message', ({ error, answer }) => (error ? fail(error) : resolve(answer)));
        ended.then((code) => fail(`ended with ${code}`));
      });
      child.send({ name, details });
      return answered.finally(() => clearTimeout(timer));
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The other side: answers questions by name until whoever asks is gone. */
export function serve(questions) {
  process.on('message', async ({ name, details }) => {
    try {
      process.send({ answer: await questions[name](details) });
    } catch (error) {
      process.send({ error: error.stack });
    }
  });
  process.once('disconnect', () => process.exit(0));
}

/** Runs a measurement in a process of its own and resolves with what it reports. */
export async function measure(file, options) {
  const process = start(file, options);
  try {
    return await process.ask('measure');
  } finally {
    await process.stop();
  }
}

/** A measurement as a file: answers whoever started it, or prints its report when run by itself. */
export async function reportOn(run) {
  if (process.connected) serve({ measure: run });
  else console.log(JSON.stringify(await run(), null, 2));
}
