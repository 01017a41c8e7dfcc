// Compares a summary of the toy with the reference answer: toy.mjs SUMMARY. Prints each line
// that is off by more than four standard errors and fails when there is one.
import { readFileSync } from 'node:fs';

const found = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const firms = [0, 2, 4, 6, 8];
const reference = {
  'ruin within 30 quarters': [0.00003, 0.00098, 0.01263, 0.07642, 0.25457],
  'ruin within 40 quarters': [0.05037, 0.17038, 0.37861, 0.61687, 0.80942],
  'mean cash at the end': [2.55138, 1.49507, 0.75979, 0.3148, 0.08996],
};
const THEIRS = 16e6;
const ROUNDING = 5e-6; // half of the last digit given
const n = found.run.paths;
let worst = 0;
let off = 0;
for (const [what, wants] of Object.entries(reference)) {
  wants.forEach((want, k) => {
    const firm = found.firms.find((firm) => firm.name === `F${firms[k]}`);
    const quarter = what.includes('30') ? 29 : 39;
    const money = what.startsWith('mean');
    const value = money ? firm.end_cash.mean.value / 1e9 : 1 - firm.independent.value[quarter];
    const mine = money
      ? firm.end_cash.mean.se / 1e9
      : Math.sqrt((want * (1 - want)) / n);
    const error = mine * Math.sqrt(1 + n / THEIRS);
    const away = Math.max(0, Math.abs(value - want) - ROUNDING) / error;
    worst = Math.max(worst, away);
    if (!(away <= 4)) {
      off += 1;
      console.log(`${firm.name} ${what}: ${value}, not ${want} (${away.toFixed(1)} standard errors)`);
    }
  });
}
console.log(`${n} paths, worst of 15 numbers: ${worst.toFixed(2)} standard errors`);
process.exit(off === 0 && n === 2_000_000 ? 0 : 1);
