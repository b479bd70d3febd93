import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Resets (RST) a TCP connection. */
export function reset(stream: Duplex): void {
  // Node fails to reset a socket in the moment its end goes out, and never closes it then.
  const isEnding = stream.writableEnded && !stream.writableFinished && stream.writableLength === 0;
  // Node types what an upgrade hands over as a Duplex; on a plain server it is the TCP socket.
  if ('resetAndDestroy' in stream && !isEnding) (stream as Socket).resetAndDestroy();
  else stream.destroy();
}
