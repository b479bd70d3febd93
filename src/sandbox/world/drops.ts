import { ulid } from './ulid.js';

/** A viewer's claim on a reward of an organization's Drops campaign. All ids but the user's are ULIDs. */
export interface DropClaim {
  readonly id: string;
  /** The organization's app. */
  readonly appId: string;
  readonly userId: number;
  readonly campaignId: string;
  readonly rewardId: string;
  /** The organization's own name for the reward. */
  readonly externalId: string;
  /** How far the organization got with handing it out: a word of its own choosing. */
  externalStatus: string;
  readonly createdAt: number;
  updatedAt: number;
}

/** Who claimed what in Drops campaigns. */
export class Drops {
  readonly #claims: DropClaim[] = [];

  /** @param now the sandbox's clock, milliseconds since 1970. */
  constructor(private readonly now: () => number) {}

  /** Those of an app, oldest first. */
  claims(appId: string): DropClaim[] {
    return this.#claims.filter((claim) => claim.appId === appId);
  }

  claim(options: Pick<DropClaim, 'appId' | 'userId' | 'campaignId' | 'rewardId' | 'externalId'>): DropClaim {
    const createdAt = this.now();
    const claim: DropClaim = {
      ...options,
      id: ulid(createdAt),
      externalStatus: 'initiated',
      createdAt,
      updatedAt: createdAt,
    };
    this.#claims.push(claim);
    return claim;
  }

  update(claim: DropClaim, externalStatus: string): void {
    claim.externalStatus = externalStatus;
    claim.updatedAt = this.now();
  }
}
