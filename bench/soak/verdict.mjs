import { quantile } from '../statistics.mjs';
import { lateMs } from './ledger.mjs';

const count = (value) => value.toLocaleString('en');
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
const milli = (ms) => `${ms.toFixed(0)} ms`;
const mebibytes = (value) => `${value.toFixed(1)} MiB`;
/** Of fewer recoveries chance decides the median; a run of some minutes has fewer. */
const judgedFrom = 20;
const shownErrors = 5;

/**
 * Prints the figures, each with what it counts and its bar, and returns how many bars were missed.
 *
 * @param ledger, resources Their totals.
 * @param recoveries `{ ms, isHalfOpen }` for each transport that a fault took down.
 * @param unnoticed How many faults took none down.
 */
export function printVerdict({ ledger, resources, recoveries, unnoticed, warnings, errors }) {
  const after = (isHalfOpen) => recoveries.filter((one) => one.isHalfOpen === isHalfOpen).map(({ ms }) => ms);
  const [mended, found] = [after(false), after(true)];
  const { rss, handles, heapPerHour } = resources;
  console.log('');
  printFigure('said', count(ledger.said), `${count(ledger.commands)} of them commands`);
  const bars = [
    judge('lost', ledger.lost, count, 0, 'said and never handled'),
    judge('doubled', ledger.doubled, count, 0, 'handled twice'),
    judge('doubled replies', ledger.answeredTwice, count, 0, 'commands with two replies'),
  ];
  printFigure('unanswered', count(ledger.unanswered), 'commands without a reply');
  printFigure('late', count(ledger.late), `handled more than ${seconds(lateMs)} after they were said`);
  for (const share of [0.5, 0.99]) {
    printFigure(`latency p${share * 100}`, milli(quantile(ledger.latencies, share)), 'said until handled');
  }
  bars.push(
    judge(
      'recovery p50',
      mended.length < judgedFrom ? undefined : quantile(mended, 0.5),
      seconds,
      3_000,
      `a fault's end until its transport is ready; ${mended.length} times, ${unnoticed} faults took none down`,
    ),
    judge(
      'recovery p99',
      mended.length === 0 ? undefined : quantile(mended, 0.99),
      seconds,
      35_000,
      `${seconds(Math.max(0, ...mended))} at most`,
    ),
    judge(
      'half-open',
      found.length === 0 ? undefined : Math.max(...found),
      seconds,
      45_000,
      `the same at most where nothing but silence tells; ${found.length} times`,
    ),
    judge(
      'RSS slope',
      resources.rssPerHour,
      mebibytes,
      1,
      `an hour, over ${resources.minutes.toFixed(0)} minutes after the warm-up; of the heap ${heapPerHour === undefined ? '–' : mebibytes(heapPerHour)}`,
    ),
  );
  printFigure('RSS', mebibytes(rss.last), `${mebibytes(rss.first)} at first, ${mebibytes(rss.max)} at most`);
  printFigure(
    'handles',
    count(handles.last),
    `${count(handles.first)} at first, ${count(handles.max)} at most`,
  );
  printFigure('event loop p99', milli(resources.loopDelayMs), 'behind its time');
  printFigure('log', count(warnings), `warnings, ${count(errors.length)} errors`);
  for (const error of errors.slice(0, shownErrors)) console.log(`  ERROR: ${error}`);
  return bars.filter((isMet) => !isMet).length;
}

/** Whether the value is no higher than the bar; one that is undefined could not be had in this run. */
function judge(name, value, show, bar, meaning) {
  const isMet = value === undefined || value <= bar;
  const verdict = value === undefined ? 'not judged' : isMet ? 'met' : 'MISSED';
  printFigure(name, value === undefined ? '–' : show(value), meaning, `≤ ${show(bar)} ${verdict}`);
  return isMet;
}

function printFigure(name, value, meaning, verdict = '') {
  console.log(`  ${name.padEnd(16)}${value.padStart(11)}  ${verdict.padEnd(19)}  ${meaning}`);
}
