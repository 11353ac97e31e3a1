/** A parameter that named SQL may take: what one gives for it, and how it is checked. */
export interface ParameterKind {
  /** What stands for its value in a line of help. */
  readonly value: string;
  readonly help: string;
  /** What stands in its place where nobody gave one. */
  readonly example: string;
  /** What every value looks like. */
  readonly form: RegExp;
  /** That form in words. */
  readonly formText: string;
}

const day = { value: 'DAY', form: /^\d{4}-\d\d-\d\d$/, formText: 'a day such as 2026-11-17' };
const anything = { form: /^[^\0]{1,2048}$/, formText: 'a text' };

/** Every parameter, by its name: `--instance ID` on the command line, `:instance` in SQL. */
export const parameters = {
  since: { ...day, help: 'first UTC day of the period', example: '2026-11-11' },
  until: { ...day, help: 'last UTC day of the period', example: '2026-11-18' },
  instance: {
    value: 'ID',
    help: 'an EC2 instance, by its id',
    example: 'i-0a1b2c3d4e5f60718',
    form: /^i-[0-9a-z]+$/,
    formText: 'an id such as i-0a1b2c3d4e5f60718',
  },
  actor: {
    value: 'NAME',
    help: 'who acted: the name of a user, role or session, or an ARN',
    example: 'alice',
    ...anything,
  },
  key: {
    value: 'ID',
    help: 'an access key, by its id',
    example: 'AKIAIOSFODNN7EXAMPLE',
    form: /^A[A-Z0-9]{15,127}$/,
    formText: 'the id of an access key, such as AKIAIOSFODNN7EXAMPLE',
  },
  address: {
    value: 'IP',
    help: 'an address that calls came from',
    example: '203.0.113.7',
    form: /^[0-9A-Za-z.:-]+$/,
    formText: 'an address such as 203.0.113.7',
  },
  role: { value: 'NAME', help: 'a role, by its name', example: 'deploy', ...anything },
  bucket: {
    value: 'NAME',
    help: 'an S3 bucket, by its name',
    example: 'amzn-s3-demo-bucket',
    form: /^[A-Za-z0-9._-]+$/,
    formText: 'the name of a bucket',
  },
  account: {
    value: 'ID',
    help: 'an AWS account',
    example: '123456789012',
    form: /^\d{12}$/,
    formText: 'twelve digits',
  },
  region: {
    value: 'NAME',
    help: 'an AWS Region',
    example: 'eu-west-1',
    form: /^[a-z]+(?:-[a-z]+)+-\d+$/,
    formText: 'a Region such as eu-west-1',
  },
} as const satisfies Record<string, ParameterKind>;

export type ParameterName = keyof typeof parameters;
