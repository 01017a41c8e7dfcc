// PRICEWAR-TOY-1 in plain JavaScript: node toy.mjs PATHS. Prints paths per CPU second and the
// ruins of every firm within 40 quarters. See docs/benchmarks.md.
const FIRMS = 10;
const QUARTERS = 40;
let spare = NaN;

function normal() {
  if (!Number.isNaN(spare)) {
    const kept = spare;
    spare = NaN;
    return kept;
  }
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
  const angle = 2 * Math.PI * Math.random();
  spare = radius * Math.sin(angle);
  return radius * Math.cos(angle);
}

function path(ruins) {
  let size = 4;
  let k = 1;
  const firms = Array.from({ length: FIRMS }, (_, i) => ({
    taste: 2 - 0.1 * i, cost: 1 + 0.02 * i, fixed: 0.1 - 0.003 * i, cash: 2 - 0.08 * i,
    markup: 0.6 - 0.02 * i, alive: true, price: 0, weight: 0,
  }));
  for (let t = 0; t < QUARTERS; t++) {
    size *= Math.exp(0.06 - 0.05 ** 2 / 2 + 0.05 * normal());
    let total = 1;
    for (const firm of firms) {
      firm.cost *= Math.exp(-0.08 - 0.06 ** 2 / 2 + 0.06 * normal());
      firm.taste += 0.1 * normal();
      firm.price = firm.cost * (1 + firm.markup * k);
      firm.weight = firm.alive ? Math.exp(firm.taste - firm.price) : 0;
      total += firm.weight;
    }
    firms.forEach((firm, i) => {
      firm.fixed *= Math.exp(0.015);
      if (!firm.alive) return;
      firm.cash += ((size * firm.weight) / total) * (firm.price - firm.cost) - firm.fixed;
      if (firm.cash < 0) {
        firm.alive = false;
        ruins[i]++;
      }
    });
    k *= 0.97;
  }
}

const paths = Number(process.argv[2] ?? 20000);
path(new Array(FIRMS).fill(0));
const ruins = new Array(FIRMS).fill(0);
const start = process.cpuUsage();
for (let i = 0; i < paths; i++) path(ruins);
const { user, system } = process.cpuUsage(start);
console.log(JSON.stringify({ rate: paths / ((user + system) / 1e6), ruins }));
