import { defineConfig } from 'kickbot';

// Shows the example plugins. With no channel named here, `npm start` runs them in the sandbox.
export default defineConfig({
  plugins: [
    './plugins.example/ping.ts',
    ['./plugins.example/dice.ts', { sides: 6 }],
    './plugins.example/greeter.ts',
    './plugins.example/no-shouting.ts',
  ],
});
