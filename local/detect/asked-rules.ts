import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'yaml';
import {
  isLevel,
  type JudgedDays,
  type Level,
  type Rule,
  readRules,
  ruleOf,
  ruleSql,
} from '../../athena/rules.ts';
import { UsageError } from '../errors.ts';
import { nearest } from '../terminal/command.ts';
import { convertSigma } from './sigma.ts';

/** A rule that can be asked: what a finding is told with, and its SQL over some days. */
export interface AskedRule {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly technique: string | undefined;
  readonly remedy: string | undefined;
  /** @throws Error with the reason, where there is no SQL of it */
  sqlOf(days: JudgedDays): string;
}

/**
 * The rules that were named: those of the lake by their ids, others by their files, `*.sql` in the form of
 * athena/rules/ and `*.yml` in Sigma's. Without a name, every rule of the lake.
 * @param sigma the program `sigma`, by which Sigma's rules become SQL
 * @throws UsageError for a name that there is not, a file that is no rule, or Sigma's program missing
 */
export async function askedRules(
  names: readonly string[],
  resolveFile: (name: string) => string,
  sigma = 'sigma',
): Promise<AskedRule[]> {
  const own = readRules();
  if (names.length === 0) return own.map(askedOf);
  const asked: AskedRule[] = [];
  for (const name of names) {
    if (/\.ya?ml$/i.test(name)) asked.push(await sigmaRule(resolveFile(name), sigma));
    else if (/\.sql$/i.test(name)) asked.push(await ruleOfFile(resolveFile(name)));
    else {
      const rule = own.find(({ id }) => id === name);
      if (!rule) {
        const ids = own.map(({ id }) => id);
        throw new UsageError(
          `There is no rule ${name}.${nearest(name, ids, '')}`,
          '`detect --list` has all of them; a file of your own ends in .sql, one of Sigma in .yml.',
        );
      }
      asked.push(askedOf(rule));
    }
  }
  return asked;
}

function askedOf(rule: Rule): AskedRule {
  const { id, title, level, technique, remedy } = rule;
  return { id, title, level, technique, remedy, sqlOf: (days) => ruleSql(rule, days) };
}

async function ruleOfFile(file: string): Promise<AskedRule> {
  const text = await textOf(file);
  try {
    return askedOf(ruleOf(basename(file, '.sql'), text));
  } catch (error) {
    throw new UsageError(
      `${file} is no rule: ${(error as Error).message}.`,
      'docs/rules.md shows what a rule says in its head.',
    );
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new UsageError(`There is no file ${file} that can be read.`);
  }
}

async function sigmaRule(file: string, command: string): Promise<AskedRule> {
  const text = await textOf(file);
  const { title, level, tags } = headOf(text);
  const converted = await convertSigma(command, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new UsageError(
      `${file} is a rule of Sigma, and the program sigma is not here.`,
      'Install it as docs/rules.md says, and have it in PATH, or name it by --sigma.',
    );
  });
  const id = basename(file).replace(/\.ya?ml$/i, '');
  return {
    id,
    title: title ?? id,
    level,
    technique: tags
      .find((tag) => /^attack\.t\d/.test(tag))
      ?.slice('attack.'.length)
      .toUpperCase(),
    remedy: undefined,
    sqlOf(days) {
      if ('refused' in converted) throw new Error(converted.refused);
      return findingsOfSigma(converted.sql, title ?? id, days);
    },
  };
}

interface SigmaHead {
  readonly title: string | undefined;
  readonly level: Level;
  readonly tags: readonly string[];
}

/** What a rule of Sigma says of itself; one that is no YAML says nothing, and is refused when it is converted. */
function headOf(text: string): SigmaHead {
  let rule: { title?: unknown; level?: unknown; tags?: unknown } | null = null;
  try {
    rule = parse(text);
  } catch {}
  const level = String(rule?.level ?? '');
  return {
    title: typeof rule?.title === 'string' ? rule.title : undefined,
    // Sigma has a level below, `informational`.
    level: isLevel(level) ? level : 'low',
    tags: Array.isArray(rule?.tags) ? rule.tags.map(String) : [],
  };
}

/** Findings of a rule that selects records of cloudtrail_logs. */
function findingsOfSigma(sql: string, title: string, { since, until }: JudgedDays): string {
  return `SELECT
  eventtime AS finding_time,
  coalesce(useridentity.username, useridentity.sessioncontext.sessionissuer.username, useridentity.arn, useridentity.type) AS who,
  eventname AS what,
  concat(coalesce(recipientaccountid, ''), ' ', coalesce(awsregion, ''), ' ', coalesce(sourceipaddress, '')) AS place,
  '${title.replaceAll("'", "''")}' AS why,
  eventid AS event_id
FROM (${sql})
WHERE event_day >= '${since}'${until === undefined ? '' : `\n  AND event_day <= '${until}'`}
ORDER BY eventtime, eventid`;
}
