import type { Readable } from 'node:stream';

/**
 * A request's body, byte for byte. Undefined as soon as there is more than `maxBytes` of it; rejects where whoever
 * sent it hung up.
 */
export function rawBody(incoming: Readable, maxBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (settle: () => void) => {
      incoming.off('data', take).off('end', finish).off('error', fail).off('close', hungUp);
      settle();
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) end(() => resolve(undefined));
      else chunks.push(chunk);
    };
    const finish = () => end(() => resolve(Buffer.concat(chunks, size)));
    const fail = (error: Error) => end(() => reject(error));
    const hungUp = () => fail(new Error('The connection was closed in the middle of the request.'));
    incoming.on('data', take).on('end', finish).on('error', fail).on('close', hungUp);
  });
}
