import type { Json } from '../json.ts';

/**
 * Keys below which an id names no instance that the event is about. What people write into tags is theirs; a
 * token is made up by the caller; a session is named for the instance that acts; AWS Config lists
 * as relationships what else there is around a resource, of a VPC every instance in it.
 */
export const notAbout: ReadonlySet<string> = new Set([
  // Tags, in all the spellings of the APIs
  ...['tag', 'Tag', 'tags', 'Tags', 'tagSet', 'TagSet', 'tagList', 'TagList'],
  ...['tagSpecificationSet', 'tagSpecifications', 'TagSpecification', 'TagSpecifications'],
  ...['clientToken', 'ClientToken', 'clientRequestToken', 'ClientRequestToken'],
  // Who acts
  ...['roleSessionName', 'RoleSessionName', 'sourceIdentity', 'SourceIdentity', 'userIdentity'],
  'relationships',
]);

/**
 * The texts below a value that may be the id or the ARN of an EC2 instance, in order of appearance: whatever
 * their key, as new APIs come with keys that nobody has listed. Each text is looked at once.
 */
export function instanceTextsIn(json: Json | undefined): string[] {
  const found: string[] = [];
  collect(json, found);
  return found;
}

function collect(json: Json | undefined, found: string[]): void {
  if (typeof json === 'string') {
    if (mayBeInstance(json)) found.push(json);
    return;
  }
  if (typeof json !== 'object' || json === null) return;
  if (Array.isArray(json)) {
    for (const element of json) collect(element, found);
    return;
  }
  const object = json as { readonly [key: string]: Json };
  for (const key of Object.keys(object)) {
    if (!notAbout.has(key)) collect(object[key], found);
  }
}

const [letterI, hyphen, blank] = [0x69, 0x2d, 0x20];

/** Tells nearly all texts apart by their first letter; the rest is for `instanceIdIn`. */
function mayBeInstance(text: string): boolean {
  const first = text.charCodeAt(0);
  if (first === blank || (first === letterI && text.charCodeAt(1) === hyphen)) return true;
  return text.includes('instance/i-');
}
