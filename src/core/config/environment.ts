/** The environment, handed in; nothing in the core reads `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Which environment variable sets which key. The environment wins over the file. */
export const environmentKeys = [
  { variable: 'KICK_INTEGRATION_CLIENT_ID', key: ['kick', 'clientId'] },
  { variable: 'KICK_INTEGRATION_CLIENT_SECRET', key: ['kick', 'clientSecret'] },
  { variable: 'SERVER_PUBLIC_URL', key: ['server', 'publicUrl'] },
] as const;
