import { layOutTable } from '../terminal/table.ts';
import type { Output } from '../terminal/terminal.ts';
import { type CostItem, type Saving, totalOf } from './model.ts';
import type { PriceList } from './prices.ts';

export interface Bill {
  readonly items: readonly CostItem[];
  readonly saving: Saving | undefined;
  readonly list: PriceList;
}

/** Dollars with as many digits as tell something. */
export function dollars(usd: number): string {
  if (usd >= 100) return Math.round(usd).toLocaleString('en-US');
  return usd === 0 || usd >= 0.005 ? usd.toFixed(2) : usd.toFixed(4);
}

/** A bill for people: items, total, what would save most, and whose prices these are. */
export function billText({ items, saving, list }: Bill, output: Output): string {
  const isConfirmed = (item: CostItem) =>
    item.prices.every((name) => list.prices[name].isConfirmed !== false);
  const rows = [
    ...items.map((item) => [
      isConfirmed(item) ? item.name : `${item.name} (price not confirmed)`,
      item.amount,
      dollars(item.usdPerMonth),
    ]),
    ['Total', 'a month of 30 days', dollars(totalOf(items))],
  ];
  const columns = [
    { name: 'item' },
    { name: 'amount' },
    { name: 'USD', isNumeric: true, isExact: true },
  ];
  const { head, line } = layOutTable(columns, rows, {
    maxWidth: output.columns,
    bold: (text) => output.style('bold', text),
    dim: (text) => output.style('dim', text),
  });
  return [
    ...head,
    ...rows.map(line),
    '',
    saving
      ? `Saves most: ${saving.change}, ${dollars(saving.usdPerMonth)} USD a month; then ${saving.price}.`
      : 'No change of a parameter saves a cent.',
    `Prices of ${list.region} of ${list.asOf}, without free tiers and taxes; local/cost/prices.json names the page of each.`,
    '',
  ].join('\n');
}
