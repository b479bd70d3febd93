/** How often a test of chance tries: seldom as a rule, `ROUNDS=200` times where somebody wants to be sure. */
export const rounds = (usual: number): number => Number(process.env.ROUNDS ?? usual);
