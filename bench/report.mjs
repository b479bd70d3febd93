import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';

const widths = { label: 46, value: 12, range: 25, target: 15 };

/** What was measured on. */
export function printMachine() {
  const [load] = loadavg();
  const model = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, ${platform()} ${arch()}`;
  console.log(`${model}, Node ${process.versions.node}, load ${load.toFixed(1)} before the start`);
}

/** The heading of the rows that follow. */
export function printSection(title) {
  const { label, value, range, target } = widths;
  console.log(`\n${title}`);
  console.log(
    `  ${''.padEnd(label)}${'median'.padStart(value)}${'min – max'.padStart(range)}${'target'.padStart(target)}`,
  );
}

/**
 * One line of the table.
 *
 * @param measured A number, or the median, minimum and maximum of several rounds.
 * @param show How to write such a number.
 * @param target `{ atLeast }` or `{ atMost }`, where there is one.
 */
export function printRow(name, measured, show, target) {
  const { median: value, min, max } = typeof measured === 'number' ? { median: measured } : measured;
  const range = min === undefined ? '' : `${show(min)} – ${show(max)}`;
  const cells = [
    name.padEnd(widths.label),
    show(value).padStart(widths.value),
    range.padStart(widths.range),
    wanted(target, show).padStart(widths.target),
    verdict(value, target),
  ];
  console.log(`  ${cells.join('')}`.trimEnd());
}

function wanted(target, show) {
  if (target === undefined) return '';
  return target.atLeast === undefined ? `≤ ${show(target.atMost)}` : `≥ ${show(target.atLeast)}`;
}

function verdict(value, target) {
  if (target === undefined) return '';
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = target;
  return value >= atLeast && value <= atMost ? '  met' : '  missed';
}
