import type { ResolvedStack } from '../../local/template/resolve-template.ts';

/** A statement of a policy, as AWS would get it. */
export interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: unknown;
}

interface Document {
  readonly Statement: Statement | readonly Statement[];
}
const statementsIn = (document: unknown): Statement[] => [(document as Document).Statement].flat();

/** Resources of some types, by their logical ids. */
export function resourcesOf({ resources }: ResolvedStack, ...types: readonly string[]) {
  return Object.entries(resources).filter(([, { Type }]) => types.includes(Type));
}

/** A statement for each action and each resource that the statements name, sorted. */
export function rightsIn(statements: readonly Statement[]): Statement[] {
  return statements
    .flatMap((statement) =>
      [statement.Action]
        .flat()
        .flatMap((Action) =>
          [statement.Resource]
            .flat()
            .map((Resource) => ({ ...statement, Action, Resource }) as Statement),
        ),
    )
    .toSorted((a, b) => (rightText(a) < rightText(b) ? -1 : 1));
}
const rightText = ({ Action, Resource, Condition }: Statement) =>
  `${Action} ${Resource} ${JSON.stringify(Condition)}`;

/** What each role of a stack may, by its own policies and by those that name it. */
export function rightsOf(stack: ResolvedStack): Record<string, Statement[]> {
  const policies = resourcesOf(stack, 'AWS::IAM::RolePolicy').map(
    ([, policy]) => policy.Properties,
  );
  return Object.fromEntries(
    resourcesOf(stack, 'AWS::IAM::Role').map(([id, { Properties }]) => {
      const own = [Properties.Policies ?? []].flat() as { PolicyDocument?: unknown }[];
      const given = policies.filter(({ RoleName }) => RoleName === stack.names[id]?.ref);
      const documents = [...own, ...given].map(({ PolicyDocument }) => PolicyDocument);
      return [id, rightsIn(documents.flatMap(statementsIn))];
    }),
  );
}

/** Who may take each role of a stack. */
export function trustsOf(stack: ResolvedStack): Record<string, Statement[]> {
  return Object.fromEntries(
    resourcesOf(stack, 'AWS::IAM::Role').map(([id, { Properties }]) => [
      id,
      statementsIn(Properties.AssumeRolePolicyDocument),
    ]),
  );
}

/** Policies of queues and buckets, by what they are of. */
export function resourcePoliciesOf(stack: ResolvedStack): Record<string, Statement[]> {
  const nameOf = (ref: unknown) =>
    String(Object.keys(stack.names).find((id) => stack.names[id]?.ref === ref));
  return Object.fromEntries(
    resourcesOf(stack, 'AWS::SQS::QueuePolicy', 'AWS::S3::BucketPolicy').map(
      ([, { Properties }]) => [
        [Properties.Queues ?? Properties.Bucket].flat().map(nameOf).join(),
        statementsIn(Properties.PolicyDocument),
      ],
    ),
  );
}
