import { readFile } from 'node:fs/promises';
import { EnvironmentError, environmentErrorOf, UsageError } from '../errors.ts';

/** One price, in US dollars. */
export interface Price {
  readonly usd: number;
  /** What it is for: `GB`, `1,000 objects`. */
  readonly per: string;
  /** The page that says so. */
  readonly source: string;
  /** False where it was taken from another place, and that page should be looked at. */
  readonly isConfirmed?: boolean;
}

export type PriceName =
  | 'firehoseIngestion'
  | 'firehoseConversion'
  | 'firehosePartitioning'
  | 'firehoseObjects'
  | 'lambdaRequests'
  | 'lambdaArm'
  | 'lambdaX86'
  | 's3Put'
  | 's3Get'
  | 's3Storage'
  | 'logsIngestion'
  | 'metrics'
  | 'alarms'
  | 'dashboards'
  | 'athenaScan'
  | 'customEvents'
  | 'sqsRequests'
  | 'kmsRequests'
  | 'stateTransitions'
  | 'trailDataEvents'
  | 'lakeIngestion'
  | 'lakeScan'
  | 'logsOfTrails';

export type Prices = Readonly<Record<PriceName, Price>>;

/** Prices of one Region, and the day on which they were looked up. */
export interface PriceList {
  readonly asOf: string;
  readonly region: string;
  readonly prices: Prices;
}

interface PriceFile {
  readonly asOf: string;
  readonly regions: Readonly<Record<string, Readonly<Record<string, Price>>>>;
}

const ownFile = new URL('prices.json', import.meta.url);

/** Where prices of another Region, or from a contract, are not given. */
const standardRegion = 'us-east-1';

/**
 * Prices of a Region: those of the project, with those of a file of the same form in their place.
 * @param text of such a file; its prices count for its Regions alone
 * @throws EnvironmentError for a file that holds no prices
 */
export async function pricesOf(region = standardRegion, text?: string): Promise<PriceList> {
  const own: PriceFile = JSON.parse(await readFile(ownFile, 'utf8'));
  const given = text === undefined ? undefined : priceFileIn(text);
  const standard = own.regions[standardRegion] as Prices;
  const ofRegion = given?.regions[region] ?? own.regions[region];
  if (!ofRegion) {
    const known = [...new Set([...Object.keys(own.regions), ...Object.keys(given?.regions ?? {})])];
    throw new UsageError(
      `There are no prices of ${region}; there are those of ${known.join(', ')}.`,
      'Give them with --prices FILE, in the form of local/cost/prices.json; what the file leaves out is that of us-east-1.',
    );
  }
  return { asOf: given?.asOf ?? own.asOf, region, prices: { ...standard, ...ofRegion } };
}

/** @throws EnvironmentError */
export async function readPrices(file: string, path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw environmentErrorOf(error, 'read', file);
  });
  priceFileIn(text);
  return text;
}

function priceFileIn(text: string): PriceFile {
  const fail = (reason: string) =>
    new EnvironmentError(
      `The file of prices ${reason}: write {"asOf": "2026-12-01", "regions": {"eu-west-1": {"s3Put": {"usd": 0.005, "per": "1,000 requests", "source": "…"}}}}.`,
    );
  let file: PriceFile;
  try {
    file = JSON.parse(text);
  } catch {
    throw fail('is no JSON');
  }
  if (typeof file?.asOf !== 'string' || typeof file.regions !== 'object' || !file.regions) {
    throw fail('has no "asOf" or no "regions"');
  }
  for (const [region, prices] of Object.entries(file.regions)) {
    for (const [name, price] of Object.entries(prices)) {
      if (!Number.isFinite(price?.usd) || price.usd < 0) {
        throw fail(`has no "usd" for ${name} of ${region}`);
      }
    }
  }
  return file;
}
