/** What Firehose and Lambda allow. Arguments everywhere, so that tests run with small ones. */
export interface FirehoseLimits {
  /** Bytes of a response as it is serialised. */
  readonly maxResponseBytes: number;
}

/** "Lambda quotas" (AWS Lambda Developer Guide): 6 MB, and the 100 bytes that its errors name. */
export const firehoseLimits: FirehoseLimits = {
  maxResponseBytes: 6 * 1024 * 1024 + 100,
};
