/**
 * The sources that have a partition of their own by default; every other event is under `other`.
 * The list's only home: template.yaml's parameter `PartitionSources` is generated from it.
 */
export const defaultSources = [
  'aws.apigateway',
  'aws.athena',
  'aws.autoscaling',
  'aws.backup',
  'aws.batch',
  'aws.cloudformation',
  'aws.cloudtrail',
  'aws.cloudwatch',
  'aws.codebuild',
  'aws.codedeploy',
  'aws.codepipeline',
  'aws.config',
  'aws.dynamodb',
  'aws.ec2',
  'aws.ecr',
  'aws.ecs',
  'aws.eks',
  'aws.elasticloadbalancing',
  'aws.events',
  'aws.glue',
  'aws.guardduty',
  'aws.health',
  'aws.iam',
  'aws.kms',
  'aws.lambda',
  'aws.logs',
  'aws.monitoring',
  'aws.organizations',
  'aws.rds',
  'aws.s3',
  'aws.secretsmanager',
  'aws.securityhub',
  'aws.signin',
  'aws.sns',
  'aws.sqs',
  'aws.ssm',
  'aws.states',
  'aws.sts',
  'aws.tag',
] as const;

/** The partition of every event whose source is not in the list. */
export const otherSource = 'other';

/** So many names at most: (48 + 1) × (7 days back + 1 ahead + 2) = 490 of Firehose's 500 active partitions. */
export const maxSources = 48;

/** What a partition name may look like. It becomes a folder of the lake and a literal in SQL. */
export const sourcePattern = /^[a-z0-9][a-z0-9._-]*$/;
