/** What the doctor asks AWS, each in plain data; nothing of it changes anything but `putEvent`. */
export interface DoctorAws {
  readonly region: string;
  caller(): Promise<{ readonly account: string; readonly arn: string }>;
  stack(name: string): Promise<StackAtAws | undefined>;
  trails(): Promise<readonly TrailAtAws[]>;
  rulesTo(targetArn: string, busName: string): Promise<readonly RuleAtAws[]>;
  /** Texts of the policies of a role. */
  rolePolicies(roleArn: string): Promise<readonly string[]>;
  /** Sum of a metric over the last hours; undefined where it has no value. */
  sumOf(metric: MetricAtAws, hours: number): Promise<number | undefined>;
  deadLetters(queueUrl: string): Promise<DeadLetters>;
  streamOf(name: string): Promise<StreamAtAws | undefined>;
  /** The last line of the log that sums up a batch, where there is one of the last day. */
  lastSummary(logGroup: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** When the newest object below a prefix was made, epoch ms. */
  newestObjectMs(bucket: string, prefix: string): Promise<number | undefined>;
  /** Names of the columns of a table or view. */
  columnsOf(database: string, table: string): Promise<readonly string[] | undefined>;
  workgroupState(name: string): Promise<string | undefined>;
  /** Names of alarms of the stack, by their state. */
  alarmsOf(stack: string): Promise<readonly { readonly name: string; readonly state: string }[]>;
  putEvent(event: SentEvent): Promise<void>;
  /** Whether an object that was made since then holds a text. */
  hasObjectWith(bucket: string, prefix: string, sinceMs: number, text: string): Promise<boolean>;
}

export interface StackAtAws {
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface TrailAtAws {
  readonly name: string;
  readonly isLogging: boolean;
  readonly isMultiRegion: boolean;
  readonly homeRegion: string;
  readonly hasManagementEvents: boolean;
  /** When it last delivered a file, epoch ms. */
  readonly deliveredMs: number | undefined;
  readonly deliveryError: string | undefined;
}

export interface RuleAtAws {
  readonly name: string;
  readonly state: string;
  readonly pattern: string | undefined;
  readonly roleArn: string | undefined;
}

export interface MetricAtAws {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface DeadLetters {
  readonly count: number;
  /** Why, by EventBridge's code, of some of them. */
  readonly codes: readonly string[];
}

export interface StreamAtAws {
  readonly arn: string;
  readonly status: string;
  readonly functionArn: string | undefined;
}

export interface SentEvent {
  readonly busName: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: string;
}

/** A call that may not be made, with the permission that it needs. */
export class DeniedError extends Error {
  override readonly name = 'DeniedError';
  readonly permission: string;

  constructor(permission: string) {
    super(`the permission ${permission} is missing`);
    this.permission = permission;
  }
}
