import type { TransportState } from '../transport.js';
import type { Subscriptions } from './subscriptions.js';

export interface Part {
  readonly state: TransportState;
  readonly subscriptions: Subscriptions;
}

/**
 * The one state of several connections: that of the connection which is worst off. Where some are connected and
 * others about to be, how far all of them are together.
 */
export function overallState(parts: Iterable<Part>): TransportState {
  const unconfirmed: string[] = [];
  let [confirmed, wanted] = [0, 0];
  let [isConnected, isComing] = [false, false];
  let soonest: Extract<TransportState, { name: 'backing off' }> | undefined;
  for (const { state, subscriptions } of parts) {
    wanted += subscriptions.size;
    switch (state.name) {
      case 'idle':
      case 'connecting':
        isComing = true;
        break;
      case 'backing off':
        if (soonest === undefined || state.retryInMs < soonest.retryInMs) soonest = state;
        break;
      case 'subscribing':
        [isConnected, isComing] = [true, true];
        confirmed += state.confirmed;
        break;
      case 'degraded':
        isConnected = true;
        confirmed += subscriptions.size - state.unconfirmed.length;
        unconfirmed.push(...state.unconfirmed);
        break;
      case 'ready':
        isConnected = true;
        confirmed += subscriptions.size;
    }
  }
  if (soonest !== undefined) return soonest;
  if (isComing) return isConnected ? { name: 'subscribing', confirmed, wanted } : { name: 'connecting' };
  return unconfirmed.length > 0 ? { name: 'degraded', unconfirmed } : { name: 'ready' };
}
