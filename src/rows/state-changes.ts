import { instanceTextsIn } from '../events/instance-texts.ts';
import { finderOf, type Path } from '../events/path.ts';
import type { Json, JsonObject } from '../json.ts';
import { textOf } from './forms.ts';
import { type Paths, type StateChange, stateChangeMap } from './state-change-map.ts';

/** What an event says by its entry in the state-change map, each as one word. */
export interface StateFacts {
  readonly isStateChange: boolean;
  readonly state?: string | undefined;
  readonly previousState?: string | undefined;
  readonly resourceId?: string | undefined;
  readonly verb?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  /** Values that may be ids or ARNs of EC2 instances. */
  readonly instances: readonly Json[];
}

/** The facts that are words. */
export type Word = Exclude<keyof StateFacts, 'isStateChange' | 'instances'>;

/** Where the words of an event are. */
export type WordPaths = { readonly [W in Word]: WordPath | undefined };

/** At paths, joined from several, or said by the name of the event. */
export type WordPath = NonNullable<StateChange['state'] | StateChange['id']>;

/** Where an entry says that the words of its events are. */
export function wordPathsOf(entry: StateChange): WordPaths {
  const { state, previous, id, verb, errorCode, errorMessage } = entry;
  return { state, previousState: previous, resourceId: id, verb, errorCode, errorMessage };
}

/** An entry of the map, ready to be asked. */
type Reader = (envelope: JsonObject, isAwsMade: boolean) => StateFacts;

/** Made on first need: a container sees few of the types, and its start must not pay for all. */
const readers = new Map<StateChange, Reader>();

/** Of an event whose type has no entry. */
const noEntry: StateChange = {};

/**
 * Reads an event by the map's entry of its source and detail-type. Whether AWS made it decides how far its
 * word about instances goes: of anybody's event the resources, of AWS's the whole detail.
 */
export function stateFactsOf(envelope: JsonObject, isAwsMade: boolean): StateFacts {
  const entry = entryOf(envelope);
  const read = readers.get(entry) ?? readerOf(entry);
  readers.set(entry, read);
  return read(envelope, isAwsMade);
}

/** The map's entry for an event; of a type that has none an empty one, always the same. */
export function entryOf({ source, 'detail-type': detailType }: JsonObject): StateChange {
  const types = ownEntry(stateChangeMap, String(source));
  return (types && ownEntry(types, String(detailType))) ?? noEntry;
}

/** The names are an event's, and may be `constructor`. */
function ownEntry<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

const findResources = finderOf(['resources']);

function readerOf(entry: StateChange): Reader {
  const { state, previous, id, verb, errorCode, errorMessage, instanceTexts = [] } = entry;
  const findState = isSaidByName(state) ? () => state.is : wordFinderOf(state);
  const findPrevious = wordFinderOf(previous);
  const findId = isJoined(id) ? joinFinderOf(id.joined) : wordFinderOf(id);
  const findVerb = wordFinderOf(verb);
  const findErrorCode = wordFinderOf(errorCode);
  const findErrorMessage = wordFinderOf(errorMessage);
  const findInTexts = finderOf(instanceTexts.map(fromEnvelope));
  // Each on first need: few of them are asked of most events.
  return (envelope, isAwsMade) => ({
    isStateChange: state !== undefined,
    get state() {
      return findState(envelope);
    },
    get previousState() {
      return findPrevious(envelope);
    },
    get resourceId() {
      return findId(envelope);
    },
    get verb() {
      return findVerb(envelope);
    },
    get errorCode() {
      return findErrorCode(envelope);
    },
    get errorMessage() {
      return findErrorMessage(envelope);
    },
    // In this order wherever the two stand: the way back does not keep the order of keys.
    get instances() {
      const resources = findResources(envelope);
      if (!isAwsMade) return resources;
      return [...resources, ...instanceTextsIn(envelope.detail), ...findInTexts(envelope)];
    },
  });
}

/** The first word at the first of the paths that has one: blank texts and objects are none. */
function wordFinderOf(paths: Paths = []): (envelope: JsonObject) => string | undefined {
  const finders = [paths].flat().map((path) => finderOf([fromEnvelope(path)]));
  return (envelope) => {
    for (const find of finders) {
      for (const value of find(envelope)) {
        const word = textOf(value)?.trim();
        if (word) return word;
      }
    }
    return undefined;
  };
}

/** The words at all of the paths, as one id; nothing where one is missing. */
function joinFinderOf(paths: readonly Path[]): (envelope: JsonObject) => string | undefined {
  const finders = paths.map((path) => wordFinderOf(path));
  return (envelope) => {
    const words = finders.map((find) => find(envelope));
    return words.includes(undefined) ? undefined : words.join('/');
  };
}

export function isJoined(id: WordPath | undefined): id is { readonly joined: readonly Path[] } {
  return typeof id === 'object' && 'joined' in id;
}

export function isSaidByName(state: WordPath | undefined): state is { readonly is: string } {
  return typeof state === 'object' && 'is' in state;
}

function fromEnvelope(path: Path): Path {
  return path === '@resources' ? 'resources' : `detail.${path}`;
}
