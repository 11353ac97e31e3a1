import { readdirSync, readFileSync } from 'node:fs';
import { type NamedSql, readNamedSql, sqlWith } from './named-sql.ts';
import { portabilityFaults } from './portable.ts';

/** How bad it is that a rule finds something, the worst first. */
export const levels = ['critical', 'high', 'medium', 'low'] as const;
export type Level = (typeof levels)[number];

export const isLevel = (text: string | undefined): text is Level =>
  (levels as readonly string[]).includes(text ?? '');

/** A query that detects: named SQL whose head says more, and whose rows are findings. */
export interface Rule extends NamedSql {
  /** The name of its file. */
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** What to do about a finding. */
  readonly remedy: string;
  /** What may be found and is all right. */
  readonly normal: string;
  /** A technique of MITRE ATT&CK, `T1562.008`. */
  readonly technique: string;
}

/** The columns of a finding, in this order. */
export const findingColumns = ['finding_time', 'who', 'what', 'place', 'why', 'event_id'] as const;

/** The folder with the rules of the lake. */
export const rulesFolder = new URL('rules/', import.meta.url);

/**
 * Reads every rule of a folder: named SQL with `Title`, `Level`, `Do`, `Normal` and `Technique` in its head.
 * @throws Error that names the file and what is wrong with it
 */
export function readRules(folder: URL = rulesFolder): Rule[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const id = file.slice(0, -'.sql'.length);
      try {
        return ruleOf(id, readFileSync(new URL(file, folder), 'utf8'));
      } catch (error) {
        throw new Error(`athena/rules/${file}: ${(error as Error).message}`);
      }
    });
}

/**
 * A rule from the text of its file.
 * @throws Error with what is wrong
 */
export function ruleOf(id: string, text: string): Rule {
  if (!/^[a-z][a-z0-9_]*$/.test(id)) throw new Error('a rule is named in lower_snake_case');
  const named = readNamedSql(text);
  const notes = new Map(named.notes);
  const take = (key: string) => {
    const value = notes.get(key);
    if (!value) throw new Error(`its head lacks "${key}:"`);
    notes.delete(key);
    return value;
  };
  const level = take('Level');
  if (!isLevel(level)) throw new Error(`its level is none of ${levels.join(', ')}`);
  const rule = {
    ...named,
    id,
    title: take('Title'),
    level,
    remedy: take('Do'),
    normal: take('Normal'),
    technique: take('Technique'),
  };
  const [unknown] = notes.keys();
  if (unknown !== undefined) throw new Error(`its head has "${unknown}:", which nobody reads`);
  if (!/^T\d{4}(?:\.\d{3})?$/.test(rule.technique)) throw new Error('its technique has no such id');
  const days = named.parameters.map(({ name }) => name).join(', ');
  if (days !== 'since, until') throw new Error('a rule takes since and until, and no more');
  const [fault] = portabilityFaults(named.body);
  if (fault !== undefined) throw new Error(fault);
  return rule;
}

/** The days that a rule is to judge; without an end up to the last one. */
export interface JudgedDays {
  readonly since: string;
  readonly until?: string | undefined;
}

/** The SQL of a rule over some days. */
export const ruleSql = (rule: Rule, { since, until }: JudgedDays): string =>
  sqlWith(rule, { since, until });
