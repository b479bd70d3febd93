export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The most bytes its answer may have, 1 MiB unless told. */
  readonly largestAnswer?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body, where it says that it is JSON and is. */
  readonly json: unknown;
  readonly isHtml: boolean;
}

export function headerOf({ headers }: Pick<HttpAnswer, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** What to name when asking Kick about an answer. */
export function requestIdOf(answer: Pick<HttpAnswer, 'headers'>): string | undefined {
  return headerOf(answer, 'x-request-id');
}
