/** What `Ref` and `Fn::GetAtt` give for one resource. */
export interface PhysicalIds {
  readonly ref: string;
  readonly attributes: { readonly [name: string]: string };
}

/** What the names of a resource are made of. */
export interface Identity {
  readonly logicalId: string;
  readonly stackName: string;
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  /** A property of the resource by its path (`DatabaseInput.Name`), resolved; undefined where absent. */
  property(path: string): string | undefined;
}

/**
 * The names of a resource, in the forms that AWS gives them. Where the template names the resource
 * it is that name, else stack and logical id without the random tail that CloudFormation appends.
 *
 * Source: the "Return values" of each resource's page in the AWS CloudFormation Template Reference.
 * @returns undefined for a type that is not in the table below: then add it
 */
export function physicalIds(type: string, identity: Identity): PhysicalIds | undefined {
  return types[type]?.(identity);
}

/** Whether the names of resources of this type are known. */
export const hasPhysicalIds = (type: string) => Object.hasOwn(types, type);

const nameOf = (identity: Identity, property: string) =>
  identity.property(property) ?? `${identity.stackName}-${identity.logicalId}`;

const arn = ({ partition, region, account }: Identity, service: string, resource: string) =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`;

const lambdaFunction = (identity: Identity): PhysicalIds => {
  const name = nameOf(identity, 'FunctionName');
  return { ref: name, attributes: { Arn: arn(identity, 'lambda', `function:${name}`) } };
};

const types: Readonly<Record<string, (identity: Identity) => PhysicalIds>> = {
  'AWS::CloudTrail::Trail': (identity) => {
    const name = nameOf(identity, 'TrailName');
    return { ref: name, attributes: { Arn: arn(identity, 'cloudtrail', `trail/${name}`) } };
  },
  'AWS::Events::Rule': (identity) => {
    const name = nameOf(identity, 'Name');
    const bus = identity.property('EventBusName') ?? 'default';
    const path = bus === 'default' ? name : `${bus}/${name}`;
    return {
      ref: bus === 'default' ? name : `${bus}|${name}`,
      attributes: { Arn: arn(identity, 'events', `rule/${path}`) },
    };
  },
  'AWS::Glue::Database': (identity) => ({
    ref: nameOf(identity, 'DatabaseInput.Name'),
    attributes: {},
  }),
  'AWS::IAM::Role': (identity) => {
    const name = nameOf(identity, 'RoleName');
    const { partition, account } = identity;
    return { ref: name, attributes: { Arn: `arn:${partition}:iam::${account}:role/${name}` } };
  },
  'AWS::KinesisFirehose::DeliveryStream': (identity) => {
    const name = nameOf(identity, 'DeliveryStreamName');
    return { ref: name, attributes: { Arn: arn(identity, 'firehose', `deliverystream/${name}`) } };
  },
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Serverless::Function': lambdaFunction,
  'AWS::Serverless::StateMachine': (identity) => {
    const name = nameOf(identity, 'Name');
    const ref = arn(identity, 'states', `stateMachine:${name}`);
    return { ref, attributes: { Arn: ref, Name: name } };
  },
  'AWS::Logs::LogGroup': (identity) => {
    const name = nameOf(identity, 'LogGroupName');
    return { ref: name, attributes: { Arn: arn(identity, 'logs', `log-group:${name}:*`) } };
  },
  'AWS::Logs::LogStream': (identity) => ({
    ref: nameOf(identity, 'LogStreamName'),
    attributes: {},
  }),
  'AWS::S3::Bucket': (identity) => {
    const { partition } = identity;
    const name = nameOf(identity, 'BucketName').toLowerCase();
    return { ref: name, attributes: { Arn: `arn:${partition}:s3:::${name}` } };
  },
  'AWS::SQS::Queue': (identity) => {
    const name = nameOf(identity, 'QueueName');
    const url = `https://sqs.${identity.region}.amazonaws.com/${identity.account}/${name}`;
    return {
      ref: url,
      attributes: { Arn: arn(identity, 'sqs', name), QueueName: name, QueueUrl: url },
    };
  },
};
