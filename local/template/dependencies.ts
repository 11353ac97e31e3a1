import type { Template, Value } from './read-template.ts';

/** One resource needs another to exist first. */
export interface Dependency {
  readonly from: string;
  readonly to: string;
  /** Where it says so, such as `Properties.Targets.0.RoleArn`. */
  readonly path: string;
}

/**
 * Every dependency between the resources of a template: `Ref`, `Fn::GetAtt`, `${…}` in `Fn::Sub`,
 * and `DependsOn`. Both branches of an `Fn::If` count: each is taken by somebody.
 * @param template with its SAM resources expanded
 */
export function dependenciesOf({ Resources }: Template): Dependency[] {
  const isResource = (name: string) => Object.hasOwn(Resources, name);
  return Object.entries(Resources).flatMap(([from, { Properties = {}, DependsOn = [] }]) => {
    const found: Dependency[] = [DependsOn].flat().map((to) => ({ from, to, path: 'DependsOn' }));
    visit(Properties, 'Properties');
    return found.filter(({ to }) => isResource(to));

    function visit(value: Value, path: string): void {
      if (value === null || typeof value !== 'object') return;
      for (const [key, member] of Object.entries(value) as [string, Value][]) {
        if (key === 'Ref') found.push({ from, to: String(member), path });
        if (key === 'Fn::GetAtt') found.push({ from, to: firstName(member), path });
        if (key === 'Fn::Sub') visitSub(member, path);
        else visit(member, key.startsWith('Fn::') ? path : `${path}.${key}`);
      }
    }

    function visitSub(value: Value, path: string): void {
      const [text, variables] = Array.isArray(value) ? value : [value, {}];
      const own = Object.keys(variables ?? {});
      for (const [, name = ''] of String(text).matchAll(/\$\{([^!}][^}]*)\}/g)) {
        if (!own.includes(name)) found.push({ from, to: firstName(name), path });
      }
      visit(variables ?? null, path);
    }
  });
}

/** `Bucket` of `Bucket.Arn` or of `["Bucket", "Arn"]`. */
function firstName(value: Value): string {
  const first = Array.isArray(value) ? value[0] : value;
  return String(first).replace(/\..*$/, '');
}

/** Everything that a resource needs, and what that needs in turn. */
export function closureOf(dependencies: readonly Dependency[], from: string): Set<string> {
  const needed = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const { to } of dependencies.filter((dependency) => dependency.from === id)) {
      if (needed.has(to)) continue;
      needed.add(to);
      open.push(to);
    }
  }
  return needed;
}

/**
 * A shortest circle for every group of resources that need each other; none can be created first,
 * and CloudFormation refuses the template. Empty where there is none.
 * @returns each circle as its dependencies, the last one leading back to the first one's `from`
 */
export function findCycles(dependencies: readonly Dependency[]): Dependency[][] {
  const cycles: Dependency[][] = [];
  const reported = new Set<string>();
  for (const id of [...new Set(dependencies.map(({ from }) => from))].sort()) {
    if (reported.has(id)) continue;
    const cycle = shortestWayBack(dependencies, id);
    if (cycle.length === 0) continue;
    cycles.push(cycle);
    const needed = closureOf(dependencies, id);
    for (const other of needed) {
      if (closureOf(dependencies, other).has(id)) reported.add(other);
    }
  }
  return cycles;
}

/** Breadth first: the shortest list of dependencies from a resource back to itself. */
function shortestWayBack(dependencies: readonly Dependency[], id: string): Dependency[] {
  const seen = new Set<string>();
  let ways: Dependency[][] = [[]];
  while (ways.length > 0) {
    const next: Dependency[][] = [];
    for (const way of ways) {
      const at = way.at(-1)?.to ?? id;
      for (const dependency of dependencies.filter(({ from }) => from === at)) {
        const longer = [...way, dependency];
        if (dependency.to === id) return longer;
        if (seen.has(dependency.to)) continue;
        seen.add(dependency.to);
        next.push(longer);
      }
    }
    ways = next;
  }
  return [];
}
