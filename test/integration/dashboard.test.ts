import { describe, expect, test } from '@jest/globals';
import { panels } from '../../dashboards/panels.ts';
import { loadStack, type StackOptions } from '../../local/template/load-stack.ts';
import { byCodeMetric, identities, metrics } from '../../src/telemetry/metrics.ts';
import { type DocumentedMetric, documentedMetrics } from '../support/documented-metrics.ts';

interface Options {
  readonly stat?: string;
  readonly id?: string;
  readonly label?: string;
  readonly visible?: boolean;
  readonly expression?: string;
}
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly region: string;
    readonly metrics: readonly (readonly (string | Options)[])[];
  };
}

const everything = {
  Dashboard: 'true',
  OutputFormat: 'parquet',
  KmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000',
};
const stackWith = (parameters: StackOptions['parameters'] = {}, stackName = 'eventlake') =>
  loadStack({ parameters: { ...everything, ...parameters }, stackName });

const bodyOf = (stack = stackWith()) =>
  String(stack.resources.StackDashboard?.Properties.DashboardBody);
const widgetsOf = (stack = stackWith()): Widget[] => JSON.parse(bodyOf(stack)).widgets;

/** A metric that is looked at: with its dimensions, and in which way. */
interface Shown {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string | undefined>>;
  readonly stat: string;
}

/** Those of a widget, also those that an expression searches for. */
function shownIn({ properties }: Widget): Shown[] {
  return properties.metrics.flatMap((entry): Shown[] => {
    const options = entry.at(-1) as Options;
    if (options.expression !== undefined) return searchedIn(options.expression);
    const [namespace = '', name = '', ...pairs] = entry.slice(0, -1) as string[];
    const dimensions = Object.fromEntries(
      pairs.flatMap((key, at) => (at % 2 === 0 ? [[key, pairs[at + 1]]] : [])),
    );
    return [{ namespace, name, dimensions, stat: String(options.stat) }];
  });
}

/** "CloudWatch search expression syntax" (Amazon CloudWatch User Guide). */
function searchedIn(expression: string): Shown[] {
  const found = /SEARCH\('\{([^}]+)\} MetricName="([^"]+)" (\w+)="([^"]*)"', '(\w+)'\)/.exec(
    expression,
  );
  if (!found) {
    expect(expression).not.toContain('SEARCH');
    return [];
  }
  const [, schema = '', name = '', dimension = '', value, stat = ''] = found;
  const [namespace = '', ...names] = schema.split(',');
  const dimensions = Object.fromEntries(names.map((one) => [one, undefined]));
  return [{ namespace, name, dimensions: { ...dimensions, [dimension]: value }, stat }];
}

const ofOurs: DocumentedMetric = { dimensions: [['service']], statistics: /^Sum$/ };
const documentedOf = ({ namespace, name }: Shown): DocumentedMetric | undefined => {
  if (namespace !== 'eventlake') return documentedMetrics[namespace]?.[name];
  if (name === byCodeMetric) return { ...ofOurs, dimensions: [['service', 'code']] };
  return Object.hasOwn(metrics, name) ? ofOurs : undefined;
};

/** What is wrong with what is shown, by what its service documents. */
function faultsOf(shown: Shown): string[] {
  const documented = documentedOf(shown);
  const { namespace, name, stat } = shown;
  if (!documented) return [`${namespace} has no metric ${name}`];
  const given = Object.keys(shown.dimensions).toSorted().join();
  const hasDimensions = documented.dimensions.some((one) => one.toSorted().join() === given);
  return [
    ...(hasDimensions ? [] : [`${name} has no dimensions ${given}`]),
    ...(documented.statistics.test(stat) ? [] : [`${stat} of ${name} says nothing`]),
  ];
}

describe('The dashboard', () => {
  test('is made only where it is asked for, and is named like the stack', () => {
    expect(loadStack().resources).not.toHaveProperty('StackDashboard');
    expect(stackWith({}, 'audit').resources.StackDashboard?.Properties.DashboardName).toBe('audit');
  });

  test('has a widget of each panel, of its Region, none over another', () => {
    const widgets = widgetsOf();

    expect(widgets.map(({ properties }) => properties.title)).toEqual(
      panels.map(({ title }) => title),
    );
    const places = new Set(widgets.map(({ x, y }) => `${x} ${y}`));
    expect(places.size).toBe(widgets.length);
    for (const { type, x, y, width, height, properties } of widgets) {
      expect([type, properties.region]).toEqual(['metric', 'eu-west-1']);
      expect([x % width, y % height]).toEqual([0, 0]);
      expect(x + width).toBeLessThanOrEqual(24);
    }
  });

  test.each(['default', 'orders'])(
    'shows metrics, dimensions and statistics that the services document, on the bus %s',
    (EventBusName) => {
      const shown = widgetsOf(stackWith({ EventBusName })).flatMap(shownIn);

      expect(shown.length).toBeGreaterThan(40);
      expect(shown.flatMap(faultsOf)).toEqual([]);
    },
  );

  test.each([
    [
      'a metric that there is not',
      { name: 'IncomingRecord' },
      'AWS/Firehose has no metric IncomingRecord',
    ],
    [
      'a dimension of another service',
      { dimensions: { StreamName: 'x' } },
      'IncomingRecords has no dimensions StreamName',
    ],
    ['a statistic that says nothing', { stat: 'p99' }, 'p99 of IncomingRecords says nothing'],
  ])('would be told of %s', (_, wrong, fault) => {
    const right: Shown = {
      namespace: 'AWS/Firehose',
      name: 'IncomingRecords',
      dimensions: { DeliveryStreamName: 'x' },
      stat: 'Sum',
    };

    expect(faultsOf(right)).toEqual([]);
    expect(faultsOf({ ...right, ...wrong })).toEqual([fault]);
  });

  test('lacks nothing that an alarm watches, of the same resource', () => {
    const stack = stackWith();
    const keyOf = (namespace: unknown, name: unknown, dimensions: object) =>
      JSON.stringify([namespace, name, Object.entries(dimensions).toSorted()]);
    const shown = new Set(
      widgetsOf(stack)
        .flatMap(shownIn)
        .map(({ namespace, name, dimensions }) => keyOf(namespace, name, dimensions)),
    );
    interface Watched {
      readonly Namespace?: string;
      readonly MetricName?: string;
      readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
    }
    const watched = Object.values(stack.resources)
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .flatMap(({ Properties }) => {
        const { Metrics = [], ...alone } = Properties as Watched & {
          Metrics?: readonly { readonly MetricStat?: { readonly Metric: Watched } }[];
        };
        return [alone, ...Metrics.map(({ MetricStat }) => MetricStat?.Metric ?? {})];
      })
      .filter(({ MetricName }) => MetricName !== undefined)
      .map(({ Namespace, MetricName, Dimensions = [] }) =>
        keyOf(
          Namespace,
          MetricName,
          Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
        ),
      );

    expect(watched.length).toBeGreaterThan(15);
    expect(watched.filter((key) => !shown.has(key))).toEqual([]);
  });

  test('shows every metric of the function', () => {
    const shown = widgetsOf()
      .flatMap(shownIn)
      .map(({ name }) => name);

    expect(shown).toEqual(expect.arrayContaining([...Object.keys(metrics), byCodeMetric]));
  });

  test('shows the conservation of records: what is received, less all of its parts', () => {
    const [widget] = widgetsOf();
    const entries = widget?.properties.metrics ?? [];
    const options = entries.map((entry) => entry.at(-1) as Options);
    const nameOf = (id: string) =>
      entries[options.findIndex((one) => one.id === id)]?.[1] as string | undefined;
    const { expression = '' } = options.find(({ label }) => label === 'without an answer') ?? {};

    const terms = [...expression.matchAll(/(^|[+-] )FILL\((\w+), 0\)/g)].map(
      ([, sign, id = '']) => [sign?.trim() ?? '', nameOf(id)],
    );
    const [whole, ...parts] = identities[0] ?? [];
    expect(terms[0]).toEqual(['', whole]);
    expect(terms.slice(1).toSorted()).toEqual(parts.map((part) => ['-', part]).toSorted());
  });

  test('has ids that CloudWatch takes, and expressions that name no others', () => {
    for (const { properties } of widgetsOf()) {
      const options = properties.metrics.map((entry) => entry.at(-1) as Options);
      const ids = options.flatMap(({ id }) => id ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9_]*$/);
      for (const { expression = '' } of options) {
        if (expression.includes('SEARCH')) continue;
        const named = expression.match(/\b[a-z]\w*\b/g) ?? [];
        expect(named.filter((name) => !ids.includes(name))).toEqual([]);
      }
    }
  });
});
