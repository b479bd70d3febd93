/** Microseconds on the clock that all processes of the machine share, and that nobody sets. */
export function machineTime() {
  return Number(process.hrtime.bigint()) / 1_000;
}
