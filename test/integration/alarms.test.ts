import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { loadStack, type StackOptions } from '../../local/template/load-stack.ts';
import { alarmedMetrics, metrics } from '../../src/telemetry/metrics.ts';

interface Alarm {
  readonly AlarmDescription: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Metrics?: readonly {
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: Pick<Alarm, 'Namespace' | 'MetricName' | 'Dimensions'>;
    };
  }[];
  readonly AlarmActions?: readonly string[];
  readonly TreatMissingData: string;
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
}

/** Alarms to which no data is what they wait for. */
const silences = ['SilenceAlarm', 'CallsSilenceAlarm'];

const alarmsOf = (parameters: StackOptions['parameters'] = {}, stackName = 'eventlake') => {
  const stack = loadStack({ parameters, stackName });
  const alarms = Object.entries(stack.resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => [id, Properties as unknown as Alarm] as const);
  return { stack, alarms: Object.fromEntries(alarms) as Readonly<Record<string, Alarm>> };
};

/** `AWS/SQS ApproximateNumberOfMessagesVisible QueueName=…` of every metric that an alarm looks at. */
const metricsIn = (alarm: Alarm) =>
  [alarm, ...(alarm.Metrics ?? []).map(({ MetricStat }) => MetricStat?.Metric)]
    .filter((metric) => metric?.MetricName !== undefined)
    .map((metric) => {
      const dimensions = metric?.Dimensions?.map(({ Name, Value }) => `${Name}=${Value}`) ?? [];
      return [metric?.Namespace, metric?.MetricName, ...dimensions].join(' ');
    });

describe('The alarms', () => {
  test('watch what nobody else would tell', () => {
    const { stack, alarms } = alarmsOf();
    const nameOf = (id: string) => stack.names[id]?.ref;
    const queue = stack.names.DeadLetters?.attributes.QueueName;

    expect(Object.values(alarms).flatMap(metricsIn)).toEqual([
      `AWS/Lambda Errors FunctionName=${nameOf('TransformFunction')}`,
      `AWS/Lambda Throttles FunctionName=${nameOf('TransformFunction')}`,
      'eventlake RecordsFailed service=eventlake',
      `AWS/Firehose DeliveryToS3.DataFreshness DeliveryStreamName=${stack.stream.name}`,
      `AWS/SQS ApproximateNumberOfMessagesVisible QueueName=${queue}`,
      `AWS/Firehose PartitionCount DeliveryStreamName=${stack.stream.name}`,
      `AWS/Firehose ActivePartitionsLimit DeliveryStreamName=${stack.stream.name}`,
      `AWS/Firehose PartitionCountExceeded DeliveryStreamName=${stack.stream.name}`,
      `AWS/Events FailedInvocations RuleName=${nameOf('Rule')}`,
      `AWS/Events InvocationsFailedToBeSentToDlq RuleName=${nameOf('Rule')}`,
      `AWS/Firehose ThrottledRecords DeliveryStreamName=${stack.stream.name}`,
      `AWS/Firehose IncomingRecords DeliveryStreamName=${stack.stream.name}`,
      'eventlake ApiCalls service=eventlake',
      `AWS/Firehose IncomingRecords DeliveryStreamName=${stack.stream.name}`,
      `AWS/Firehose DeliveryToS3.Records DeliveryStreamName=${stack.stream.name}`,
    ]);
  });

  test('ring at the first that must not happen, and for age and partitions where it becomes too much', () => {
    const bounds = Object.entries(alarmsOf({ OutputFormat: 'parquet' }).alarms).map(
      ([id, alarm]) => [
        id,
        `${alarm.ComparisonOperator} ${alarm.Threshold}, ${alarm.EvaluationPeriods} times`,
      ],
    );

    expect(Object.fromEntries(bounds)).toEqual({
      FunctionErrorsAlarm: 'GreaterThanThreshold 0, 1 times',
      FunctionThrottlesAlarm: 'GreaterThanThreshold 0, 1 times',
      RecordsFailedAlarm: 'GreaterThanThreshold 0, 1 times',
      ConversionFailedAlarm: 'GreaterThanThreshold 0, 1 times',
      FreshnessAlarm: 'GreaterThanThreshold 1800, 3 times',
      DeadLettersAlarm: 'GreaterThanThreshold 0, 1 times',
      PartitionsNearQuotaAlarm: 'GreaterThanThreshold 80, 1 times',
      PartitionsOverQuotaAlarm: 'GreaterThanThreshold 0, 1 times',
      RuleFailedAlarm: 'GreaterThanThreshold 0, 1 times',
      LettersLostAlarm: 'GreaterThanThreshold 0, 1 times',
      RecordsThrottledAlarm: 'GreaterThanThreshold 0, 3 times',
      SilenceAlarm: 'LessThanThreshold 1, 24 times',
      CallsSilenceAlarm: 'LessThanThreshold 1, 48 times',
      DeliveriesStoppedAlarm: 'GreaterThanThreshold 0, 2 times',
    });
  });

  test('watch the conversion where rows are written as Parquet', () => {
    const { stack, alarms } = alarmsOf({ OutputFormat: 'parquet' });

    expect(alarmsOf().alarms).not.toHaveProperty('ConversionFailedAlarm');
    expect(metricsIn(alarms.ConversionFailedAlarm as Alarm)).toEqual([
      `AWS/Firehose FailedConversion.Records DeliveryStreamName=${stack.stream.name}`,
    ]);
  });

  test('watch the uses of a key where the stack has one', () => {
    const KmsKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000';
    const { stack, alarms } = alarmsOf({ KmsKeyArn });
    const kinds = ['AccessDenied', 'Disabled', 'InvalidState', 'NotFound'];

    expect(alarmsOf().alarms).not.toHaveProperty('KeyAlarm');
    expect(metricsIn(alarms.KeyAlarm as Alarm)).toEqual(
      kinds.map((kind) => `AWS/Firehose KMSKey${kind} DeliveryStreamName=${stack.stream.name}`),
    );
  });

  test.each(['FailedInvocations', 'InvocationsFailedToBeSentToDlq'])(
    'know the rule of another bus by the bus, too: %s',
    (metric) => {
      const { stack, alarms } = alarmsOf({ EventBusName: 'orders' });
      const [bus, name] = String(stack.names.Rule?.ref).split('|');

      expect(Object.values(alarms).flatMap(metricsIn)).toContain(
        `AWS/Events ${metric} EventBusName=${bus} RuleName=${name}`,
      );
      expect(bus).toBe('orders');
    },
  );

  test.each(['eventlake', 'another'])(
    'know our metrics by their names, and by the dimension that the function of %s sets',
    (stackName) => {
      const { stack, alarms } = alarmsOf({}, stackName);
      const own = Object.values(alarms).filter(({ Namespace }) => Namespace === 'eventlake');

      // Those that the function writes in any case, and no other.
      expect(own).toHaveLength(alarmedMetrics.length);
      for (const { MetricName = '', Dimensions } of own) {
        expect(metrics).toHaveProperty(MetricName);
        expect(alarmedMetrics).toContain(MetricName);
        const service = stack.functions[0]?.environment.POWERTOOLS_SERVICE_NAME;
        expect(service).toBe(stackName);
        expect(Dimensions).toEqual([{ Name: 'service', Value: service }]);
      }
    },
  );

  test('are quiet where there is nothing to count, and say what to do where there is', () => {
    for (const [id, { TreatMissingData, AlarmDescription }] of Object.entries(alarmsOf().alarms)) {
      expect([id, TreatMissingData]).toEqual([
        id,
        silences.includes(id) ? 'breaching' : 'notBreaching',
      ]);
      expect(AlarmDescription).toMatch(/^[A-Z].*\.$/);
    }
  });

  describe('of silence', () => {
    test.each([
      ['SilenceAlarm', 'SilentHours', 24],
      ['CallsSilenceAlarm', 'SilentCallHours', 48],
    ])('%s counts hours, as many as %s says', (id, parameter, byDefault) => {
      const alarmWith = (parameters: StackOptions['parameters'] = {}) =>
        alarmsOf(parameters).alarms[id];

      expect(alarmWith()).toMatchObject({
        Statistic: 'Sum',
        Period: 3600,
        EvaluationPeriods: byDefault,
        ComparisonOperator: 'LessThanThreshold',
        Threshold: 1,
      });
      // "PutMetricAlarm" (CloudWatch API Reference): periods and their number are at most seven days together.
      expect(alarmWith({ [parameter]: 168 })).toMatchObject({ EvaluationPeriods: 168 });
      expect(168 * 3600).toBe(7 * 24 * 60 * 60);
      expect(alarmWith({ [parameter]: 0 })).toBeUndefined();
      expect(alarmWith({ RuleState: 'DISABLED' })).toBeUndefined();
      expect(
        alarmWith({ RuleState: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' }),
      ).toBeDefined();
    });
  });

  describe('of deliveries that stop', () => {
    const alarm = alarmsOf().alarms.DeliveriesStoppedAlarm as Alarm;
    const [{ Expression = '' } = {}] = alarm.Metrics ?? [];

    /** What it gives for an hour: the expression itself, by what its functions are documented to do. */
    const valueAt = (arrived: number | undefined, delivered: number | undefined) => {
      // "Using metric math" (CloudWatch User Guide): an operation on a value that is not there gives none; a
      // sum of several metrics takes those that are there.
      if (arrived === undefined) return undefined;
      const present = (values: readonly (number | undefined)[]) =>
        values.filter((value) => value !== undefined);
      return runInNewContext(Expression.replaceAll(' AND ', ' && '), {
        IF: (condition: boolean, one: number, other: number) => (condition ? one : other),
        FILL: (value: number | undefined, instead: number) => value ?? instead,
        SUM: (values: readonly (number | undefined)[]) =>
          present(values).reduce((sum, value) => sum + value, 0),
        arrived,
        delivered,
        nothing: arrived * 0,
      });
    };

    test('compares what came with what went, hour by hour', () => {
      expect(alarm.Metrics).toMatchObject([
        {},
        { Id: 'nothing', Expression: 'arrived * 0', ReturnData: false },
        { Id: 'arrived', MetricStat: { Stat: 'Sum', Period: 3600 } },
        { Id: 'delivered', MetricStat: { Stat: 'Sum', Period: 3600 } },
      ]);
    });

    test.each([
      ['nothing comes', undefined, undefined, undefined],
      ['nothing comes, and what came before is delivered', undefined, 3, undefined],
      ['what comes is delivered', 3, 3, 0],
      ['nothing of what comes is delivered', 3, undefined, 1],
    ])('where %s', (_, arrived, delivered, expected) => {
      expect(valueAt(arrived, delivered)).toBe(expected);
    });

    test('gives the slowest delivery the time that it may take', () => {
      const { stream } = loadStack({ parameters: { DeliverySeconds: 900 } });
      const { BufferingHints } = stream.properties.ExtendedS3DestinationConfiguration as {
        BufferingHints: { IntervalInSeconds: number };
      };

      // The function's buffer, its four tries, and the stream's own: less than the second hour.
      expect(60 + 4 * 120 + BufferingHints.IntervalInSeconds).toBeLessThan(3600);
      expect(alarm.EvaluationPeriods).toBe(2);
    });
  });

  test('notify a topic where one is given', () => {
    const AlarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:alarms';

    for (const alarm of Object.values(alarmsOf().alarms))
      expect(alarm.AlarmActions).toBeUndefined();
    for (const alarm of Object.values(alarmsOf({ AlarmTopicArn }).alarms)) {
      expect(alarm).toMatchObject({ AlarmActions: [AlarmTopicArn], OKActions: [AlarmTopicArn] });
    }
  });
});
