import type { Path } from '../events/path.ts';
import type { Kernel } from './kernel.ts';
import { endingBytes, firstWatch, nodeBytes, nodeIsOdd, nodeIsText } from './layout.ts';
import type { TableWriter } from './table-writer.ts';

/** What is looked for at a path: a slot of words, a group of ids, or whether anything is there. */
export interface Sought {
  readonly path: Path;
  readonly what: number;
}

/** Paths, taken apart, as finderOf of events/path.ts does: what is sought at one place of a value. */
interface Place {
  readonly what: number[];
  readonly byKey: Map<string, Place>;
  readonly byEnding: Map<string, Place>;
  isText: boolean;
  isOdd: boolean;
}

/** So many members of one object can be told apart when they are there twice. */
const mostMembers = 60;

/**
 * Writes the nodes that the kernel follows through a value.
 * @returns the node of the value itself
 */
export function writePaths(kernel: Kernel, writer: TableWriter, sought: readonly Sought[]): number {
  const root = newPlace();
  for (const { path, what } of sought) addPath(root, path, what);
  addContents(root);
  return writeNode(kernel, writer, root, 0);
}

function newPlace(): Place {
  return { what: [], byKey: new Map(), byEnding: new Map(), isText: false, isOdd: false };
}

function addPath(root: Place, path: Path, what: number): void {
  let place = root;
  for (const part of path === '' ? [] : path.split('.')) {
    const name = part.replace(/(?:\[\]|\{\})$/, '');
    const [children, key] = name.startsWith('*')
      ? [place.byEnding, name.slice(1)]
      : [place.byKey, name];
    const next = children.get(key) ?? newPlace();
    children.set(key, next);
    if (part.endsWith('{}')) next.isText = true;
    place = next;
  }
  place.what.push(what);
}

/** A scalar may stand as `{"content":"…"}`, which only the parser's way reads. */
function addContents(place: Place): void {
  for (const child of [...place.byKey.values(), ...place.byEnding.values()]) addContents(child);
  if (place.what.every((what) => what >= firstWatch)) return;
  const content = place.byKey.get('content') ?? newPlace();
  content.isOdd = true;
  place.byKey.set('content', content);
}

function writeNode(kernel: Kernel, writer: TableWriter, place: Place, ordinal: number): number {
  const { what, byKey, byEnding } = place;
  if (byKey.size + byEnding.size > mostMembers) throw new RangeError('too many members of a path');
  let members = 0;
  const keys = Array.from(
    byKey,
    ([key, child]) => [key, writeNode(kernel, writer, child, members++)] as const,
  );
  const [table, packing] = keys.length > 0 ? writer.keys(keys) : [0, 0];
  const list = what.filter((one) => one < firstWatch);
  const watched = what.reduce(
    (bits, one) => bits | (one < firstWatch ? 0 : 1 << (one - firstWatch)),
    0,
  );
  const flags = (place.isText ? nodeIsText : 0) | (place.isOdd ? nodeIsOdd : 0) | (watched << 8);
  const found = list.length > 0 ? writer.numbers([list.length, ...list]) : 0;
  const endings = byEnding.size > 0 ? writer.take(4 + byEnding.size * endingBytes) : 0;
  if (endings > 0) kernel.words[endings / 4] = byEnding.size;
  for (const [index, [ending, child]] of [...byEnding].entries()) {
    const at = endings + 4 + index * endingBytes;
    const node = writeNode(kernel, writer, child, members++);
    kernel.words.set([ending.length, node], at / 4);
    kernel.bytes.write(ending, at + 8);
  }
  const node = writer.take(nodeBytes);
  kernel.words.set([table, packing, found, endings, flags, ordinal], node / 4);
  return node;
}
