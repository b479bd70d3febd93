/** The hosts under which this machine reaches itself, as a `Host` header names them. */
export function loopbackHosts(port: number): readonly string[] {
  // Through URL, which leaves port 80 out as a browser does.
  return ['localhost', '127.0.0.1', '[::1]'].map((name) => new URL(`http://${name}:${port}`).host);
}

/**
 * The addresses the server answers under. Everything else is refused: another name for this machine is how a web
 * page would reach in (DNS rebinding).
 */
export class Addresses {
  /** Where people and Kick are sent: `server.publicUrl`, or this machine's own address. No slash at its end. */
  readonly publicOrigin: string;
  readonly #origins: ReadonlyMap<string, string>;

  constructor({ publicUrl, port }: { readonly publicUrl: string | undefined; readonly port: number }) {
    const loopback = loopbackHosts(port).map((host): [string, string] => [host, `http://${host}`]);
    // Kick's pages handle `localhost` better than `127.0.0.1`.
    this.publicOrigin = new URL(publicUrl ?? `http://localhost:${port}`).origin;
    this.#origins = new Map([...loopback, [new URL(this.publicOrigin).host, this.publicOrigin]]);
  }

  /** The origin a browser sees behind this `Host` header; undefined when it is not served here. */
  originOf(host: string | undefined): string | undefined {
    return this.#origins.get((host ?? '').toLowerCase());
  }
}
