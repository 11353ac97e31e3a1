import { describe, expect, test } from '@jest/globals';
import { loadStack, type StackOptions } from '../../local/template/load-stack.ts';
import { metrics } from '../../src/telemetry/metrics.ts';

interface Alarm {
  readonly AlarmDescription: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Metrics?: readonly {
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
    });
  });

  test('watch the conversion where rows are written as Parquet', () => {
    const { stack, alarms } = alarmsOf({ OutputFormat: 'parquet' });

    expect(alarmsOf().alarms).not.toHaveProperty('ConversionFailedAlarm');
    expect(metricsIn(alarms.ConversionFailedAlarm as Alarm)).toEqual([
      `AWS/Firehose FailedConversion.Records DeliveryStreamName=${stack.stream.name}`,
    ]);
  });

  test.each(['eventlake', 'another'])(
    'know our metrics by their names, and by the dimension that the function of %s sets',
    (stackName) => {
      const { stack, alarms } = alarmsOf({}, stackName);
      const own = Object.values(alarms).filter(({ Namespace }) => Namespace === 'eventlake');

      expect(own).not.toHaveLength(0);
      for (const { MetricName = '', Dimensions } of own) {
        expect(metrics).toHaveProperty(MetricName);
        const service = stack.functions[0]?.environment.POWERTOOLS_SERVICE_NAME;
        expect(service).toBe(stackName);
        expect(Dimensions).toEqual([{ Name: 'service', Value: service }]);
      }
    },
  );

  test('are quiet where there is nothing to count, and say what to do where there is', () => {
    for (const { TreatMissingData, AlarmDescription } of Object.values(alarmsOf().alarms)) {
      expect(TreatMissingData).toBe('notBreaching');
      expect(AlarmDescription).toMatch(/^[A-Z].*\.$/);
    }
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
