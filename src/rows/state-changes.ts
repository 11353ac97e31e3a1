import { type Finder, finderOf, type Path } from '../events/path.ts';
import type { Json, JsonObject } from '../json.ts';
import { textOf } from './forms.ts';
import { type StateChange, stateChangeMap } from './state-change-map.ts';

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

/** An entry of the map, ready to be asked. */
type Reader = (envelope: JsonObject) => StateFacts;

const readers = new Map(
  Object.entries(stateChangeMap).flatMap(([source, types]) =>
    Object.entries(types).map(([type, entry]) => [`${source}/${type}`, readerOf(entry)] as const),
  ),
);

/** Of an event whose type has no entry. */
const readOther = readerOf({});

/** Reads an event by the map's entry of its source and detail-type. */
export function stateFactsOf(envelope: JsonObject): StateFacts {
  const read = readers.get(`${envelope.source}/${envelope['detail-type']}`) ?? readOther;
  return read(envelope);
}

function readerOf(entry: StateChange): Reader {
  const { state, previous, id, verb, errorCode, errorMessage, instances = [] } = entry;
  const findState = typeof state === 'object' ? () => state.is : wordFinderOf(state);
  const findPrevious = wordFinderOf(previous);
  const findId = wordFinderOf(id);
  const findVerb = wordFinderOf(verb);
  const findErrorCode = wordFinderOf(errorCode);
  const findErrorMessage = wordFinderOf(errorMessage);
  const findInstances = finderOf([...instances.map(fromEnvelope), 'resources']);
  return (envelope) => ({
    isStateChange: state !== undefined,
    state: findState(envelope),
    previousState: findPrevious(envelope),
    resourceId: findId(envelope),
    verb: findVerb(envelope),
    errorCode: findErrorCode(envelope),
    errorMessage: findErrorMessage(envelope),
    instances: findInstances(envelope),
  });
}

function wordFinderOf(path: Path | undefined): (envelope: JsonObject) => string | undefined {
  if (path === undefined) return () => undefined;
  const find: Finder = finderOf([fromEnvelope(path)]);
  return (envelope) => textOf(find(envelope)[0])?.trim() || undefined;
}

function fromEnvelope(path: Path): Path {
  return path === '@resources' ? 'resources' : `detail.${path}`;
}
