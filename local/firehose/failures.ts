/** What `!{firehose:error-output-type}` becomes. Amazon Data Firehose Developer Guide, Custom prefixes. */
export type ErrorOutputType =
  | 'processing-failed'
  | 'metadata-extraction-failed'
  | 'activePartitionExceeded'
  | 'format-conversion-failed';

/** Why a record goes to the error output: the folder, the code and the message, in the service's words. */
export interface Failure {
  readonly type: ErrorOutputType;
  readonly code: string;
  readonly message: string;
}

/**
 * Every failure that a stream can give a record, apart from the converter's, which brings its own.
 * Amazon Data Firehose Developer Guide, Handle failure in data transformation, and Troubleshoot dynamic
 * partitioning; the messages as seen in error objects on AWS in 2026.
 */
export const failures = {
  functionError: {
    type: 'processing-failed',
    code: 'Lambda.FunctionError',
    message: 'The Lambda function was successfully invoked but it returned an error result.',
  },
  unknownResult: {
    type: 'processing-failed',
    code: 'Lambda.FunctionError',
    message:
      'Check your function and make sure the output is in required format. In addition to that, make sure the processed records contain valid result status of Dropped, Ok, or ProcessingFailed',
  },
  processingFailed: {
    type: 'processing-failed',
    code: 'Lambda.ProcessingFailedStatus',
    message: 'ProcessingFailed status set for record',
  },
  missingRecordId: {
    type: 'processing-failed',
    code: 'Lambda.MissingRecordId',
    message:
      'One or more record Ids were not returned. Ensure that the Lambda function returns all received record Ids.',
  },
  duplicatedRecordId: {
    type: 'processing-failed',
    code: 'Lambda.DuplicatedRecordId',
    message:
      'Multiple records were returned with the same record Id. Ensure that the Lambda function returns a unique record Id for each record.',
  },
  missingData: {
    type: 'processing-failed',
    code: 'Lambda.InvalidReturnFormat',
    message:
      'The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource and processing result is Ok. The value field cannot be null when the SourceType is MSKAsSource and processing result is Ok.',
  },
  missingPartitionKey: {
    type: 'metadata-extraction-failed',
    code: 'DynamicPartitioning.MetadataExtractionFailed',
    message: 'partitionKeys values must not be null or empty',
  },
  // What the service does with a prefix that grows too long only when evaluated is undocumented: the
  // message is the one that refuses such a prefix at creation, the code that of any unusable key.
  prefixTooLong: {
    type: 'metadata-extraction-failed',
    code: 'DynamicPartitioning.MetadataExtractionFailed',
    message: 'Length of evaluated prefix cannot be greater than 512',
  },
  // The type is documented and the message was seen; the code is formed like its neighbours'.
  activePartitionExceeded: {
    type: 'activePartitionExceeded',
    code: 'DynamicPartitioning.ActivePartitionsLimitExceeded',
    message: 'The number of active partitions has exceeded the configured limit',
  },
} as const satisfies Record<string, Failure>;
