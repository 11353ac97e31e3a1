import type { ColumnType } from '../src/rows/column-type.ts';
import { parseTrinoType } from './dialects.ts';
import type { SqlColumn } from './tables.ts';

/**
 * What a SELECT yields, read from its text. Enough SQL to find the columns of our own views; what
 * it cannot tell it refuses, so a view's stored columns never differ from what its SQL yields
 * (Athena calls such a view stale).
 */

interface Token {
  readonly text: string;
  /** Parentheses around it. */
  readonly depth: number;
}

const tokenPattern = /--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_]*|\d+|\S/g;

function tokensOf(sql: string): Token[] {
  let depth = 0;
  const tokens: Token[] = [];
  for (const [text] of sql.matchAll(tokenPattern)) {
    if (text.startsWith('--')) continue;
    if (text === ')') depth -= 1;
    tokens.push({ text, depth });
    if (text === '(') depth += 1;
  }
  return tokens;
}

const isWord = (token: Token | undefined, word: string) => token?.text.toUpperCase() === word;
const isName = (token: Token | undefined) =>
  token !== undefined && /^(?:"[^"]+"|[A-Za-z_][A-Za-z0-9_]*)$/.test(token.text);
const nameOf = (token: Token) => token.text.replaceAll('"', '').toLowerCase();

/** The items of the outermost SELECT, each as its tokens. */
function itemsOf(tokens: readonly Token[]): Token[][] {
  // The queries of a WITH clause stand in parentheses, so the first SELECT outside of any is it.
  const start = tokens.findIndex((token) => token.depth === 0 && isWord(token, 'SELECT'));
  if (start < 0) throw new Error('no SELECT');
  const items: Token[][] = [[]];
  for (const token of tokens.slice(start + 1)) {
    if (token.depth === 0 && isWord(token, 'FROM')) break;
    if (token.depth === 0 && isWord(token, 'DISTINCT')) continue;
    if (token.depth === 0 && token.text === ',') items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}

/** `name`, `t.name` or `"name"`: the name; undefined for any other expression. */
function plainColumn(expression: readonly Token[]): string | undefined {
  const [first, dot, second] = expression;
  if (expression.length === 1 && first && isName(first)) return nameOf(first);
  if (expression.length === 3 && isName(first) && dot?.text === '.' && second && isName(second)) {
    return nameOf(second);
  }
  return undefined;
}

/** `CAST(… AS type)`, also in `TRY(…)`: the type; undefined for any other expression. */
function castType(expression: readonly Token[]): ColumnType | undefined {
  const [word, open] = expression;
  const close = expression.at(-1);
  if (isWord(word, 'TRY') && open?.text === '(' && close?.text === ')') {
    return castType(expression.slice(2, -1));
  }
  if (!isWord(word, 'CAST') && !isWord(word, 'TRY_CAST')) return undefined;
  if (open?.text !== '(' || close?.text !== ')') return undefined;
  // That one parenthesis holds all of it: `CAST(a AS integer) + CAST(b AS integer)` is no cast.
  if (expression.slice(2, -1).some(({ depth }) => depth <= open.depth)) return undefined;
  const as = expression.findLastIndex((t) => t.depth === open.depth + 1 && isWord(t, 'AS'));
  const inner = expression.slice(as + 1, -1);
  return parseTrinoType(inner.map(({ text }) => text).join(' '));
}

/**
 * Name and type of every column that a SELECT yields. A column taken as it is has the type that it
 * has in `known`; everything else has to say its type: `CAST(… AS type) AS name`.
 * @param known columns of the relations that it selects from
 * @throws Error that quotes the item whose name or type cannot be told
 */
export function selectColumns(sql: string, known: readonly SqlColumn[]): SqlColumn[] {
  const columns = itemsOf(tokensOf(sql)).map((item): SqlColumn => {
    const quoted = item.map(({ text }) => text).join(' ');
    if (quoted === '*' || item.at(-1)?.text === '*') {
      throw new Error(`a view names its columns, it has no "${quoted}"`);
    }
    const depth = item[0]?.depth;
    const as = item.findLastIndex((token) => token.depth === depth && isWord(token, 'AS'));
    const expression = as < 0 ? item : item.slice(0, as);
    const source = plainColumn(expression);
    const alias = as < 0 ? source : plainColumn(item.slice(as + 1));
    if (alias === undefined) throw new Error(`name this column with AS: ${quoted}`);
    const type = castType(expression);
    const described = known.find(({ name }) => name === (source ?? alias));
    if (type) return { name: alias, type, description: described?.description ?? '' };
    if (source === undefined || !described) {
      throw new Error(`say the type of this column, CAST(… AS type) AS ${alias}: ${quoted}`);
    }
    return { name: alias, type: described.type, description: described.description };
  });
  const double = columns.find(({ name }, i) => columns.findIndex((c) => c.name === name) !== i);
  if (double) throw new Error(`two columns are named ${double.name}`);
  return columns;
}

/** The names that stand after FROM or JOIN, at any depth. */
export function relationsIn(sql: string): string[] {
  const tokens = tokensOf(sql);
  const names = tokens.flatMap((token, i) => {
    const next = tokens[i + 1];
    const names = isWord(token, 'FROM') || isWord(token, 'JOIN');
    return names && next && isName(next) ? [nameOf(next)] : [];
  });
  return [...new Set(names)];
}
