/** What a service says of a metric of its: the dimensions that it has, and statistics that mean something. */
export interface DocumentedMetric {
  readonly dimensions: readonly (readonly string[])[];
  readonly statistics: RegExp;
}

const sums = /^Sum$/;
const gauges = /^(Minimum|Maximum|Average)$/;
const durations = /^(Average|Maximum|p\d{2}(\.\d+)?)$/;

const each = (
  names: readonly string[],
  dimensions: DocumentedMetric['dimensions'],
  statistics: RegExp,
): Record<string, DocumentedMetric> =>
  Object.fromEntries(names.map((name) => [name, { dimensions, statistics }]));

const ofStream = [['DeliveryStreamName']];
/** "Metrics that specify only the RuleName dimension refer to the default event bus." Both: to another. */
const ofRule = [['RuleName'], ['EventBusName', 'RuleName']];
const ofFunction = [['FunctionName']];
const ofQueue = [['QueueName']];
const ofWorkgroup = [['WorkGroup', 'QueryState', 'QueryType']];

/** Metrics of the services, as far as their documentation lists them for what the stack has. */
export const documentedMetrics: Readonly<
  Record<string, Readonly<Record<string, DocumentedMetric>>>
> = {
  // "Monitoring Amazon EventBridge" (Amazon EventBridge User Guide), EventBridge metrics
  'AWS/Events': each(
    [
      'DeadLetterInvocations',
      'FailedInvocations',
      'Invocations',
      'InvocationsFailedToBeSentToDlq',
      'InvocationsSentToDlq',
      'ThrottledRules',
      'TriggeredRules',
    ],
    ofRule,
    sums,
  ),
  // "Monitor Amazon Data Firehose with CloudWatch metrics" (Amazon Data Firehose Developer Guide)
  'AWS/Firehose': {
    ...each(
      [
        'BackupToS3.Bytes',
        'BackupToS3.Records',
        'DeliveryToS3.Bytes',
        'DeliveryToS3.ObjectCount',
        'DeliveryToS3.Records',
        'FailedConversion.Bytes',
        'FailedConversion.Records',
        'IncomingBytes',
        'IncomingPutRequests',
        'IncomingRecords',
        'KMSKeyAccessDenied',
        'KMSKeyDisabled',
        'KMSKeyInvalidState',
        'KMSKeyNotFound',
        'PutRecord.Bytes',
        'PutRecord.Requests',
        'PutRecordBatch.Bytes',
        'PutRecordBatch.Records',
        'PutRecordBatch.Requests',
        'SucceedConversion.Bytes',
        'SucceedConversion.Records',
        'SucceedProcessing.Bytes',
        'SucceedProcessing.Records',
        'ThrottledRecords',
      ],
      ofStream,
      sums,
    ),
    ...each(
      [
        'ActivePartitionsLimit',
        'BackupToS3.DataFreshness',
        'BackupToS3.Success',
        'BytesPerSecondLimit',
        'DeliveryToS3.DataFreshness',
        'DeliveryToS3.Success',
        'ExecuteProcessing.Duration',
        'ExecuteProcessing.Success',
        'JQProcessing.Duration',
        'PartitionCount',
        'PartitionCountExceeded',
        'PerPartitionThroughput',
        'PutRecord.Latency',
        'PutRecordBatch.Latency',
        'PutRequestsPerSecondLimit',
        'RecordsPerSecondLimit',
      ],
      ofStream,
      gauges,
    ),
  },
  // "Types of metrics for Lambda functions" (AWS Lambda Developer Guide)
  'AWS/Lambda': {
    ...each(['Errors', 'Invocations', 'Throttles'], ofFunction, sums),
    ...each(['Duration', 'PostRuntimeExtensionsDuration'], ofFunction, durations),
    ...each(['ConcurrentExecutions'], ofFunction, /^Maximum$/),
  },
  // "Available CloudWatch metrics for Amazon SQS" (Amazon SQS Developer Guide)
  'AWS/SQS': {
    ...each(
      [
        'ApproximateAgeOfOldestMessage',
        'ApproximateNumberOfMessagesDelayed',
        'ApproximateNumberOfMessagesNotVisible',
        'ApproximateNumberOfMessagesVisible',
      ],
      ofQueue,
      /^(Minimum|Maximum|Average|Sum)$/,
    ),
    ...each(
      ['NumberOfMessagesDeleted', 'NumberOfMessagesReceived', 'NumberOfMessagesSent'],
      ofQueue,
      sums,
    ),
  },
  // "List of CloudWatch metrics and dimensions for Athena" (Amazon Athena User Guide)
  'AWS/Athena': {
    ...each(['ProcessedBytes'], ofWorkgroup, /^(Average|Maximum|Sum)$/),
    ...each(
      [
        'EngineExecutionTime',
        'QueryPlanningTime',
        'QueryQueueTime',
        'ServicePreProcessingTime',
        'ServiceProcessingTime',
        'TotalExecutionTime',
      ],
      ofWorkgroup,
      durations,
    ),
  },
};
