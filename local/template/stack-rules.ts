import { partitionColumns, eventTables as tables } from '../../athena/tables.ts';
import { defaultSources, maxSources, otherSource } from '../../src/partition/sources.ts';
import { type Facts, factsOf } from '../firehose/stream-facts.ts';
import { checkParameter } from './check-parameter.ts';
import { closureOf, dependenciesOf, findCycles } from './dependencies.ts';
import { expandSam } from './expand-sam.ts';
import type { Stack } from './load-stack.ts';
import type { Properties, Template, Value } from './read-template.ts';
import { TemplateError } from './read-template.ts';

/** What a build made of a function: the names that its bundle exports. */
export interface BundleExports {
  readonly logicalId: string;
  readonly exports: readonly string[];
}

/** What our own contracts ask of the templates: parts that have to agree, wherever they stand. */
export interface StackRule {
  /** Where it is to be mended. */
  readonly path: string;
  /** What is wrong; `%s` is what broke the rule. */
  readonly message: string;
  readonly cure: string;
  /** What breaks the rule: nothing, where it is kept. */
  readonly broken: (
    stack: Stack,
    bundles: readonly BundleExports[] | undefined,
  ) => boolean | readonly string[];
}

/** Firehose's quota of active partitions of a stream (Amazon Data Firehose Quota). */
const maxActivePartitions = 500;
/** Days of a partition beside those before the event's arrival: today, one ahead, one being closed. */
const otherDays = 3;
/** Longest that Firehose waits for a function (Amazon Data Firehose Developer Guide, "Transform source data"). */
const maxTimeoutSeconds = 300;

const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Properties | undefined)?.[key], value);

const names = (list: unknown) =>
  String(list ?? '')
    .split(',')
    .filter((name) => name !== '');
const doubled = (list: readonly string[]) => list.filter((name, i) => list.indexOf(name) !== i);
const sameSet = (one: readonly string[], other: readonly string[]) =>
  [...new Set(one)].sort().join() === [...new Set(other)].sort().join();

/** Whether the template would take so many sources. */
function takesSources({ template }: Stack, count: number): boolean {
  const parameter = template.Parameters?.PartitionSources;
  if (!parameter) return false;
  try {
    checkParameter(
      'PartitionSources',
      parameter,
      Array.from({ length: count }, (_, i) => `s${i}`).join(),
    );
    return true;
  } catch (error) {
    if (error instanceof TemplateError) return false;
    throw error;
  }
}

const s3Of = ({ stream }: Stack) =>
  (stream.properties.ExtendedS3DestinationConfiguration ?? {}) as Properties;

/** The one text of a fact of the stream, or the empty one. */
const textOf = ({ stream }: Stack, fact: keyof Facts) => factsOf(stream.properties)[fact][0] ?? '';

/** The keys that Prefix takes from the function's answer. */
const prefixKeys = ({ stream }: Stack) =>
  factsOf(stream.properties)
    .prefixExpressions.filter((expression) => expression.startsWith('partitionKeyFromLambda:'))
    .map((expression) => expression.slice('partitionKeyFromLambda:'.length));

/** Where the rows go, as the storage location template of a table would say it. */
const rowFolders = (stack: Stack) => {
  const bucket = String(s3Of(stack).BucketARN).replace(/^arn:[^:]*:s3:::/, '');
  const folders = textOf(stack, 'prefix').replaceAll(
    /!\{partitionKeyFromLambda:([^}]*)\}/g,
    '$${$1}',
  );
  return `s3://${bucket}/${folders}`;
};

/** Glue tables that lie over objects, views left out. */
const glueTables = ({ lake }: Stack) =>
  Object.values(lake.resources)
    .filter(({ Type }) => Type === 'AWS::Glue::Table')
    .map(({ Properties }) => Properties.TableInput as Properties)
    .filter(({ TableType }) => TableType === 'EXTERNAL_TABLE');

const eventTables = (stack: Stack) =>
  glueTables(stack).filter(({ Name }) => String(Name).startsWith('events_'));

/** The form of the objects that the stream writes. */
const writtenFormat = (stack: Stack) => (isConverting(stack) ? 'parquet' : 'json');

const isConverting = (stack: Stack) => textOf(stack, 'converting') === 'on';

/** The table that lies where rows are put. */
const writtenTable = (stack: Stack) => {
  const folders = rowFolders(stack);
  return eventTables(stack).find(
    (table) => at(table, 'Parameters', 'storage.location.template') === folders,
  );
};

/** The table that the stream converts by, as `database.table`; undefined where it converts nothing. */
const schemaTable = (stack: Stack) => {
  const schema = at(s3Of(stack), 'DataFormatConversionConfiguration', 'SchemaConfiguration');
  return isConverting(stack)
    ? `${at(schema, 'DatabaseName')}.${at(schema, 'TableName')}`
    : undefined;
};

/** The SQL of a view of the nested stack. */
function viewSql({ lake }: Stack, name: string): string {
  const inputs = Object.values(lake.resources).map(({ Properties }) => Properties.TableInput);
  const text = String(
    at(
      inputs.find((input) => at(input, 'Name') === name),
      'ViewOriginalText',
    ),
  );
  const definition = /^\/\* Presto View: (\S+) \*\/$/.exec(text)?.[1] ?? '';
  return definition && JSON.parse(Buffer.from(definition, 'base64').toString()).originalSql;
}

/** What the inline policies of the stream's role allow: actions, each with its resources. */
function grantsOfStream(stack: Stack): readonly (readonly [action: string, on: unknown])[] {
  const arn = s3Of(stack).RoleARN;
  const roleId = Object.keys(stack.names).find((id) => stack.names[id]?.attributes.Arn === arn);
  const policies = at(stack.resources[roleId ?? ''], 'Properties', 'Policies');
  return [policies ?? []]
    .flat()
    .flatMap((policy) =>
      [at(policy, 'PolicyDocument', 'Statement') ?? []]
        .flat()
        .flatMap((statement) =>
          [at(statement, 'Action') ?? []]
            .flat()
            .flatMap((action) =>
              [at(statement, 'Resource') ?? []].flat().map((on) => [String(action), on] as const),
            ),
        ),
    );
}

const hasValue = (stack: Stack, type: string, name: Value | undefined) =>
  Object.entries(stack.resources).some(
    ([logicalId, resource]) => resource.Type === type && stack.names[logicalId]?.ref === name,
  );

/** What may be wrong in any template. */
export const circleRule = {
  path: 'Resources',
  message: 'Circular dependency between resources: %s',
  cure: 'Let one of them do without naming the other: a condition on aws:SourceAccount, or a policy that is a resource of its own.',
} as const;

export const circlesIn = (template: Template) =>
  findCycles(dependenciesOf(expandSam(template))).map((cycle) =>
    cycle.map(({ from, path, to }) => `${from}.${path} needs ${to}`).join(', '),
  );

export const stackRules: readonly StackRule[] = [
  // Partitions: what the function answers, where the stream puts it, where the tables look for it
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.Prefix',
    message: 'Prefix has other keys (%s) than the function answers with',
    cure: `Use !{partitionKeyFromLambda:…} with each of ${partitionColumns.map(({ name }) => name).join(', ')}, and no other.`,
    broken: (stack) => {
      const keys = prefixKeys(stack);
      return sameSet(
        keys,
        partitionColumns.map(({ name }) => name),
      )
        ? []
        : [keys.join(', ')];
    },
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.Prefix',
    message: 'No table of lake.yaml looks where rows are put, %s',
    cure: 'Make Prefix and the prefix of the table in athena/tables.ts the same.',
    broken: (stack) => {
      const folders = rowFolders(stack);
      const templates = eventTables(stack).map((t) =>
        at(t, 'Parameters', 'storage.location.template'),
      );
      return templates.includes(folders) ? [] : [folders];
    },
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.ErrorOutputPrefix',
    message: 'Failed records go to another place than tables and replay look in: %s',
    cure: 'Set errors/type=!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/.',
    broken: (stack) => {
      const text = textOf(stack, 'errorPrefix');
      const expected = 'errors/type=!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/';
      return text === expected ? [] : [text];
    },
  },
  {
    path: 'Parameters.PartitionSources.Default',
    message: 'The default is not the list of src/partition/sources.ts',
    cure: 'Run `npm run generate`.',
    broken: ({ template }) =>
      template.Parameters?.PartitionSources?.Default !== defaultSources.join(','),
  },
  {
    path: 'Parameters.PartitionSources.AllowedPattern',
    message: `The pattern does not end at ${maxSources} names`,
    cure: 'Run `npm run generate`.',
    broken: (stack) => !takesSources(stack, maxSources) || takesSources(stack, maxSources + 1),
  },
  {
    path: 'Parameters.MaxDaysLate.AllowedValues',
    message: `So many sources and days may be given that %s partitions are active at once, of ${maxActivePartitions} that a stream may have`,
    cure: 'Take the largest out of MaxDaysLate, or lower maxSources in src/partition/sources.ts.',
    broken: ({ template }) => {
      const days = template.Parameters?.MaxDaysLate?.AllowedValues ?? [Number.POSITIVE_INFINITY];
      const most = (maxSources + 1) * (Math.max(...days.map(Number)) + otherDays);
      return most <= maxActivePartitions ? [] : [String(most)];
    },
  },
  {
    path: 'Resources.TransformFunction.Properties.Environment.Variables.PARTITION_SOURCES',
    message: 'The function files rows under other sources than parameter PartitionSources names',
    cure: 'Set PARTITION_SOURCES to !Ref PartitionSources.',
    broken: ({ functions, parameters }) =>
      functions.every(
        ({ environment }) => environment.PARTITION_SOURCES !== parameters.PartitionSources,
      ),
  },
  {
    path: 'lake.yaml: projection.source.values',
    message: 'A table does not list every source that rows are filed under: %s',
    cure: `Its values are PartitionSources, ${otherSource} and RetiredSources; see athena/lake.ts.`,
    broken: (stack) => {
      const { PartitionSources, RetiredSources } = stack.parameters;
      const filed = [...names(PartitionSources), otherSource, ...names(RetiredSources)];
      return eventTables(stack).flatMap((table) => {
        const listed = names(at(table, 'Parameters', 'projection.source.values'));
        return sameSet(listed, filed) ? [] : [String(table.Name)];
      });
    },
  },
  {
    path: 'Parameters.RetiredSources',
    message: 'A source is listed twice, and Athena might read its rows twice: %s',
    cure: 'Name it in PartitionSources or in RetiredSources, not in both.',
    broken: ({ parameters: { PartitionSources, RetiredSources } }) =>
      doubled([...names(PartitionSources), ...names(RetiredSources)]),
  },

  // The function, as Firehose calls it
  {
    path: 'Resources.TransformFunction.Properties.Timeout',
    message: `Firehose waits ${maxTimeoutSeconds} s for a function, not %s`,
    cure: `Set Timeout to ${maxTimeoutSeconds} or less.`,
    broken: ({ functions }) =>
      functions
        .filter(({ timeoutSeconds }) => timeoutSeconds > maxTimeoutSeconds)
        .map(({ timeoutSeconds }) => `${timeoutSeconds} s`),
  },
  {
    path: 'Resources.TransformFunction.Properties.Handler',
    message: 'The bundle does not export %s',
    cure: 'Export it from the entry point, or correct Handler.',
    broken: ({ functions }, bundles) =>
      functions.flatMap(({ logicalId, handler }) => {
        const bundle = bundles?.find((made) => made.logicalId === logicalId);
        return bundles === undefined || bundle?.exports.includes(handler.export)
          ? []
          : [handler.export];
      }),
  },
  {
    path: 'Resources.TransformFunction.Properties.Environment.Variables.OWN_ROLE',
    message: 'OWN_ROLE is not the role of the function, so its own calls would cause further ones',
    cure: 'Set it to !Ref of the role.',
    broken: ({ functions, resources, names }) =>
      functions.some(({ logicalId, environment }) => {
        const role = at(resources[logicalId], 'Properties', 'Role');
        const own = Object.values(names).find(({ attributes }) => attributes.Arn === role);
        return own?.ref !== environment.OWN_ROLE;
      }),
  },

  // The stream, beyond what the service checks
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.FileExtension',
    message: 'Athena picks the codec by the extension, and %s says the wrong one',
    cure: 'Use .json.gz with GZIP, and no .gz without.',
    broken: (stack) => {
      const { CompressionFormat, FileExtension = '' } = s3Of(stack);
      const says = String(FileExtension).endsWith('.gz');
      return says === (CompressionFormat === 'GZIP') ? [] : [`"${FileExtension}"`];
    },
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration',
    message: 'Objects are stored in another form than that of the table that lies over them: %s',
    cure: 'Let condition WritesParquet decide Prefix, CompressionFormat, FileExtension and the conversion alike.',
    broken: (stack) => {
      const table = writtenTable(stack);
      const { FileExtension } = s3Of(stack);
      const known = tables.find(({ name }) => name === table?.Name);
      // A table that nobody knows is told of above.
      if (!table || !known) return [];
      const isAsTable = known.format === writtenFormat(stack) && known.extension === FileExtension;
      return isAsTable ? [] : [`${writtenFormat(stack)}, "${FileExtension}", in ${table.Name}`];
    },
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration.SchemaConfiguration',
    message: 'The stream converts by table %s, which is not the one that lies where it writes',
    cure: 'Name !GetAtt Lake.Outputs.DatabaseName and !GetAtt Lake.Outputs.EventsParquetTable.',
    broken: (stack) => {
      const converts = schemaTable(stack);
      const table = writtenTable(stack);
      const written = `${stack.lake.outputs.DatabaseName}.${table?.Name}`;
      return converts === undefined || !table || converts === written ? [] : [converts];
    },
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration.InputFormatConfiguration',
    message: 'OpenXJsonSerDe lower-cases the keys of maps, and so of tags',
    cure: 'Use HiveJsonSerDe.',
    broken: (stack) =>
      isConverting(stack) &&
      factsOf(stack.stream.properties).deserializers.includes('OpenXJsonSerDe'),
  },
  {
    path: 'Resources.StreamRole.Properties.Policies',
    message: 'The role of the stream lacks %s on the table that it converts by',
    cure: 'Grant glue:GetTable, glue:GetTableVersion and glue:GetTableVersions, always.',
    broken: (stack) => {
      const table = schemaTable(stack)?.replace('.', '/');
      const grants = grantsOfStream(stack);
      return ['glue:GetTable', 'glue:GetTableVersion', 'glue:GetTableVersions'].filter(
        (needed) =>
          table !== undefined &&
          !grants.some(
            ([action, on]) => action === needed && String(on).endsWith(`:table/${table}`),
          ),
      );
    },
  },
  {
    path: 'lake.yaml: EventsView',
    message: 'The view events does not read %s',
    cure: 'Hand OutputFormat and AlsoRead to the nested stack; see textOf in athena/lake.ts.',
    broken: (stack) => {
      const { OutputFormat, AlsoRead } = stack.parameters;
      const sql = viewSql(stack, 'events');
      return tables
        .filter(({ format }) => [writtenFormat(stack), OutputFormat, AlsoRead].includes(format))
        .map(({ name }) => name)
        .filter((name) => !new RegExp(`\\bFROM ${name}\\b`).test(sql));
    },
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.ProcessingConfiguration',
    message: 'AppendDelimiterToRecord would put blank lines between rows, which fail a query',
    cure: 'Take it out: the function ends each row with a newline.',
    broken: ({ stream }) =>
      factsOf(stream.properties).processors.includes('AppendDelimiterToRecord'),
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions',
    message: 'The stream logs to %s, which the stack does not make; its errors would be lost',
    cure: 'Name the log group and the log stream of the stack by !Ref.',
    broken: (stack) => {
      const { LogGroupName, LogStreamName } = (at(s3Of(stack), 'CloudWatchLoggingOptions') ??
        {}) as Properties;
      return [
        hasValue(stack, 'AWS::Logs::LogGroup', LogGroupName) ? [] : [String(LogGroupName)],
        hasValue(stack, 'AWS::Logs::LogStream', LogStreamName) ? [] : [String(LogStreamName)],
      ].flat();
    },
  },
  {
    path: 'Parameters.EventsExpireDays',
    message: 'S3 refuses a lifecycle that deletes rows (day %s) before or as it moves them',
    cure: 'Set EventsExpireDays above EventsTransitionDays, or EventsStorageClass to STANDARD.',
    broken: ({ conditions, parameters: { EventsExpireDays, EventsTransitionDays } }) =>
      conditions.EventsMove &&
      conditions.EventsExpire &&
      Number(EventsExpireDays) <= Number(EventsTransitionDays)
        ? [String(EventsExpireDays)]
        : [],
  },

  // The order in which CloudFormation makes it all
  { ...circleRule, broken: ({ template }) => circlesIn(template) },
  {
    path: 'Resources.Lake',
    message: 'The nested stack needs %s, so the stream could not wait for its tables',
    cure: 'Hand it parameters and the name of the bucket only.',
    broken: (stack) => neededBy(stack, 'AWS::Serverless::Application', ['AWS::S3::Bucket']),
  },
  {
    path: 'Resources.Stream.Properties.ExtendedS3DestinationConfiguration.DataFormatConversionConfiguration.SchemaConfiguration',
    message: 'The stream names %s by itself, so its table may not be there when it is made',
    cure: 'Take database and table from the outputs of the nested stack.',
    broken: (stack) => {
      const { template, stream } = stack;
      const dependencies = dependenciesOf(template).filter(
        ({ from, to }) =>
          from === stream.logicalId &&
          template.Resources[to]?.Type === 'AWS::Serverless::Application',
      );
      return ['DatabaseName', 'TableName'].filter(
        (name) =>
          s3Of(stack).DataFormatConversionConfiguration !== undefined &&
          !dependencies.some(({ path }) => path.endsWith(`SchemaConfiguration.${name}`)),
      );
    },
  },
  {
    path: 'Resources.BucketPolicy',
    message: 'The policy of a bucket needs %s, so a circle is one step away',
    cure: "Grant it in the policy of the role instead; the bucket's policy names the bucket only.",
    broken: (stack) => neededBy(stack, 'AWS::S3::BucketPolicy', ['AWS::S3::Bucket']),
  },
];

/** What resources of a type need, themselves or through resources of the types that they may need. */
function neededBy({ template }: Stack, type: string, allowed: readonly string[]): string[] {
  const typeOf = (logicalId: string) => template.Resources[logicalId]?.Type ?? '';
  const dependencies = dependenciesOf(expandSam(template));
  const throughAllowed = dependencies.filter(({ from }) =>
    [type, ...allowed].includes(typeOf(from)),
  );
  const needed = Object.keys(template.Resources)
    .filter((logicalId) => typeOf(logicalId) === type)
    .flatMap((logicalId) => [...closureOf(throughAllowed, logicalId)]);
  return [...new Set(needed)].filter((logicalId) => !allowed.includes(typeOf(logicalId)));
}
