import { type Line, type Owner, type Panel, panels } from './panels.ts';

/** What `Fn::Sub` puts the name of a resource for. */
const nameOf = (resource: string) => `\${${resource}}`;

// A rule of another bus is named after it, too: template.yaml knows.
const ruleDimensions = nameOf('RuleDimensions');

/** The namespace of what an owner has, and its dimensions as the template names them. */
const owners: Readonly<Record<Owner, readonly [namespace: string, ...dimensions: string[]]>> = {
  stream: ['AWS/Firehose', 'DeliveryStreamName', nameOf('Stream')],
  function: ['AWS/Lambda', 'FunctionName', nameOf('TransformFunction')],
  rule: ['AWS/Events', ruleDimensions],
  queue: ['AWS/SQS', 'QueueName', nameOf('DeadLetters.QueueName')],
  own: ['eventlake', 'service', nameOf('AWS::StackName')],
};

const searchedFor = {
  own: nameOf('AWS::StackName'),
  workgroup: nameOf('Lake.Outputs.WorkgroupName'),
} as const;

/** An entry of `metrics`: what it shows, and how. */
type Entry = readonly unknown[];

function entryOf(line: Line): Entry {
  if ('expression' in line) {
    const { expression, label, isRight } = line;
    return [{ expression, label, ...(isRight && { yAxis: 'right' }) }];
  }
  if ('namespace' in line) {
    const { namespace, dimensions, metric, stat, of, isSum, label } = line;
    const schema = [namespace, ...dimensions].join();
    const terms = `MetricName="${metric}" ${dimensions[0]}="${searchedFor[of]}"`;
    const search = `SEARCH('{${schema}} ${terms}', '${stat}')`;
    return [{ expression: isSum ? `SUM(${search})` : search, label }];
  }
  const { of, metric, stat, label, id, isHidden, isRight } = line;
  const [namespace, ...dimensions] = owners[of];
  const how = {
    stat,
    ...(label !== undefined && { label }),
    ...(id !== undefined && { id }),
    ...(isHidden && { visible: false }),
    ...(isRight && { yAxis: 'right' }),
  };
  return [namespace, metric, ...dimensions, how];
}

const columns = 3;
/** A dashboard is 24 units wide. */
const [width, height] = [24 / columns, 6];

function widgetOf({ title, lines }: Panel, index: number) {
  return {
    type: 'metric',
    x: width * (index % columns),
    y: height * Math.floor(index / columns),
    width,
    height,
    properties: {
      title,
      region: nameOf('AWS::Region'),
      view: 'timeSeries',
      period: 300,
      metrics: lines.map(entryOf),
    },
  };
}

/**
 * The body of the CloudWatch dashboard, a widget a line, with the names of resources as `Fn::Sub` fills them in.
 *
 * Source: "Dashboard body structure and syntax" (Amazon CloudWatch API Reference).
 */
export function dashboardBody(): string {
  const widgets = panels.map((panel, index) => JSON.stringify(widgetOf(panel, index)));
  // Not one text, but names and values of dimensions, with their quotes.
  const text = widgets.join(',\n').replaceAll(`"${ruleDimensions}"`, ruleDimensions);
  return `{"widgets":[\n${text}\n]}`;
}
