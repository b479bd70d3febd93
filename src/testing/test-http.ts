import { Http, HttpError, type HttpOptions, HttpResponse } from '../core/plugins/http.js';

/** Servers that a test makes up. */
export class TestHttp extends Http {
  constructor(private readonly answer?: (url: string, options: HttpOptions) => unknown) {
    super();
  }

  async fetch(url: string | URL, options: HttpOptions = {}): Promise<HttpResponse> {
    const address = String(url);
    if (this.answer === undefined) {
      throw new HttpError(
        'unreachable',
        address,
        'a test has no network, so give createTestBot the answer, { http: (url) => … }',
      );
    }
    const answer = await this.answer(address, options);
    if (answer instanceof HttpResponse) return answer;
    return new HttpResponse(
      address,
      200,
      typeof answer === 'string' ? answer : (JSON.stringify(answer) ?? ''),
    );
  }
}
