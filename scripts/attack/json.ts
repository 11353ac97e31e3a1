/**
 * A reader of JSON of our own, so that what the function's reader does is not what checks it. Numbers keep their
 * spelling, objects are maps (a key may be `__proto__`), of two equal keys the last counts.
 */
export type Value =
  | null
  | boolean
  | string
  | { readonly number: string }
  | readonly Value[]
  | ReadonlyMap<string, Value>;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** @throws SyntaxError with the place where it stopped */
export function read(text: string): Value {
  let at = 0;
  const fail = () => new SyntaxError(`no JSON at ${at}`);
  const skip = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++;
  };
  const take = (expected: string) => {
    if (!text.startsWith(expected, at)) throw fail();
    at += expected.length;
  };
  const readString = (): string => {
    take('"');
    let found = '';
    for (;;) {
      const char = text[at++];
      if (char === undefined || char < ' ') throw fail();
      if (char === '"') return found;
      if (char !== '\\') {
        found += char;
        continue;
      }
      const letter = text[at++] ?? '';
      if (letter === 'u') {
        const digits = text.slice(at, at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw fail();
        found += String.fromCharCode(Number.parseInt(digits, 16));
        at += 4;
      } else {
        const plain = escapes[letter];
        if (plain === undefined) throw fail();
        found += plain;
      }
    }
  };
  const readValue = (): Value => {
    skip();
    switch (text[at]) {
      case '{': {
        const members = new Map<string, Value>();
        at++;
        skip();
        if (text[at] === '}') {
          at++;
          return members;
        }
        for (;;) {
          skip();
          const key = readString();
          skip();
          take(':');
          members.set(key, readValue());
          skip();
          if (text[at++] === ',') continue;
          at--;
          take('}');
          return members;
        }
      }
      case '[': {
        const elements: Value[] = [];
        at++;
        skip();
        if (text[at] === ']') {
          at++;
          return elements;
        }
        for (;;) {
          elements.push(readValue());
          skip();
          if (text[at++] === ',') continue;
          at--;
          take(']');
          return elements;
        }
      }
      case '"':
        return readString();
      case 't':
        take('true');
        return true;
      case 'f':
        take('false');
        return false;
      case 'n':
        take('null');
        return null;
      default: {
        numberText.lastIndex = at;
        const [number] = numberText.exec(text) ?? [];
        if (number === undefined) throw fail();
        at += number.length;
        return { number };
      }
    }
  };
  const value = readValue();
  skip();
  if (at < text.length) throw fail();
  return value;
}

export function isMap(value: Value | undefined): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

/** One text for values that mean the same: keys in order, and a member that is null like one that is absent. */
export function canonical(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (isMap(value)) {
    const members = [...value]
      .filter(([, member]) => member !== null)
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
    return `{${members.sort().join()}}`;
  }
  if (typeof value === 'object' && value !== null)
    return `#${(value as { number: string }).number}`;
  return JSON.stringify(value);
}

/** RFC 7396: null deletes, objects merge, all else replaces. */
export function patched(target: Value | undefined, patch: Value): Value {
  if (!isMap(patch)) return patch;
  const result = new Map(isMap(target) ? target : []);
  for (const [key, value] of patch) {
    if (value === null) result.delete(key);
    else result.set(key, patched(result.get(key), value));
  }
  return result;
}
