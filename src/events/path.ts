import { attempt } from '../errors.ts';
import { isDeeperThan, isObject, type Json, ownValue, parseJson } from '../json.ts';

/**
 * Where something sits in an event: keys joined by dots, `*Request` for any key that ends so.
 * `instancesSet.items[].instanceId`: the `[]` is for the reader, lists are gone through anyway.
 * `targets{}.values[]`: what is at `targets` may be the text of a JSON value, and the path goes on in that.
 */
export type Path = string;

/** Finds what sits at paths, in order of appearance. */
export type Finder = (json: Json | undefined) => Json[];

/** Paths, taken apart: what to do at one place of an event. */
interface Node {
  isEnd: boolean;
  /** Whether a text here is read as JSON. */
  isText: boolean;
  readonly byKey: Map<string, Node>;
  readonly byEnding: Map<string, Node>;
  /** The one key that counts, where no other does: the order of the event's keys does not matter then. */
  only?: readonly [key: string, next: Node] | undefined;
}

/**
 * Makes a finder of all values at any of the paths. CloudTrail writes a list of one as the element
 * itself, and a scalar in a list as `{"tag":1,"content":"…"}`: both count as what they stand for.
 *
 * It goes through the keys of the event, not through the paths: events have few keys at each
 * place, and the order is theirs.
 */
export function finderOf(paths: readonly Path[]): Finder {
  const root = newNode();
  for (const path of paths) addPath(root, path);
  return (json) => {
    const found: Json[] = [];
    collect(json, root, found);
    return found;
  };
}

function newNode(): Node {
  return { isEnd: false, isText: false, byKey: new Map(), byEnding: new Map() };
}

function addPath(root: Node, path: Path): void {
  let node = root;
  for (const part of path.split('.')) {
    const name = part.replace(/(?:\[\]|\{\})$/, '');
    const [children, key] = name.startsWith('*')
      ? [node.byEnding, name.slice(1)]
      : [node.byKey, name];
    const next = children.get(key) ?? newNode();
    children.set(key, next);
    const isOnly = node.byKey.size === 1 && node.byEnding.size === 0;
    node.only = isOnly ? [...node.byKey][0] : undefined;
    if (part.endsWith('{}')) next.isText = true;
    node = next;
  }
  node.isEnd = true;
}

function collect(json: Json | undefined, node: Node, found: Json[]): void {
  if (json === undefined || json === null) return;
  if (Array.isArray(json)) {
    for (const element of json) collect(element, node, found);
    return;
  }
  if (node.isText && typeof json === 'string') {
    collect(jsonIn(json), node, found);
    return;
  }
  if (node.isEnd)
    found.push(isObject(json) && typeof json.content === 'string' ? json.content : json);
  if (!isObject(json)) return;
  if (node.only) {
    const [key, next] = node.only;
    collect(ownValue(json, key), next, found);
    return;
  }
  for (const key of Object.keys(json)) {
    const next = node.byKey.get(key);
    if (next) collect(json[key], next, found);
    if (node.byEnding.size === 0) continue;
    for (const [ending, next] of node.byEnding) {
      if (key.endsWith(ending)) collect(json[key], next, found);
    }
  }
}

/** Deeper than any list of targets, and no way to fill the stack. */
const maxTextDepth = 100;

/** The value whose text this is; undefined where it is none. */
function jsonIn(text: string): Json | undefined {
  if (isDeeperThan(text, maxTextDepth)) return undefined;
  const parsed = attempt(() => parseJson(text), 'BAD_JSON');
  return parsed.ok ? parsed.value : undefined;
}
