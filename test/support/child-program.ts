import { type ChildProcess, spawn } from 'node:child_process';

/** Runs an exported function of a TypeScript file in a process of its own, which may be killed. */
export function startProgram(file: string, name: string, settings: object): ChildProcess {
  const program = `
    const { createJiti } = require('jiti');
    createJiti(${JSON.stringify(file)})
      .import(${JSON.stringify(file)})
      .then((programs) => programs[${JSON.stringify(name)}](${JSON.stringify(settings)}));`;
  return spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}
