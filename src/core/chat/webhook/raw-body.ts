import type { Readable } from 'node:stream';

/**
 * A request's body, byte for byte; `too_large` as soon as there is more than `maxBytes` of it, `cut_off` where
 * whoever sent it hung up or was too slow.
 */
export function rawBody(incoming: Readable, maxBytes: number): Promise<Buffer | 'too_large' | 'cut_off'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (result: Buffer | 'too_large' | 'cut_off') => {
      // The listener for errors stays: without one, a late error would end the process.
      incoming.off('data', take).off('end', finish).off('close', hungUp);
      resolve(result);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) end('too_large');
      else chunks.push(chunk);
    };
    const finish = () => end(Buffer.concat(chunks, size));
    const hungUp = () => end('cut_off');
    if (incoming.destroyed) return hungUp();
    incoming.on('data', take).on('end', finish).on('error', hungUp).on('close', hungUp);
  });
}
