/** What `kickbot doctor` found out. */
export interface Finding {
  /** `missing` is nothing wrong: the bot runs without it, and can do less. */
  readonly state: 'ok' | 'missing' | 'broken';
  readonly what: string;
}

export const found = (what: string): Finding => ({ state: 'ok', what });
export const missing = (what: string): Finding => ({ state: 'missing', what });
export const broken = (what: string): Finding => ({ state: 'broken', what });
