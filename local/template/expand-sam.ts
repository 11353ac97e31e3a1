import type { Properties, Resource, Template } from './read-template.ts';
import { TemplateError } from './read-template.ts';

/**
 * Properties of a function that SAM hands on as they are, or renames, without making a resource.
 * One that is not here may make some (Events, AutoPublishAlias, …): it is refused until the
 * expansion below knows what.
 */
const plainProperties = new Set([
  'Architectures',
  'CodeUri',
  'Description',
  'Environment',
  'EphemeralStorage',
  'FunctionName',
  'Handler',
  'KmsKeyArn',
  'Layers',
  'LoggingConfig',
  'MemorySize',
  'PermissionsBoundary',
  'Policies',
  'ReservedConcurrentExecutions',
  'Role',
  'Runtime',
  'Tags',
  'Timeout',
  'Tracing',
]);

/**
 * What the SAM transform makes of a template, as far as the dependencies of resources go: a function
 * without a role of its own gets one that holds its policies, a nested application becomes a stack.
 * Neither cfn-lint nor `sam validate` looks for circles in that. A test holds this against SAM's own
 * translator wherever that is installed.
 *
 * Source: AWS SAM Developer Guide, "Generated CloudFormation resources".
 * @throws TemplateError for what this does not expand
 */
export function expandSam(template: Template): Template {
  const fail = (path: string) => new TemplateError(`${path}: expand-sam.ts does not know this yet`);
  if ('Globals' in template) throw fail('Globals');

  const resources: Record<string, Resource> = {};
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const { Type, Properties = {} } = resource;
    if (Type === 'AWS::Serverless::Application') {
      resources[logicalId] = { ...resource, Type: 'AWS::CloudFormation::Stack' };
    } else if (Type === 'AWS::Serverless::Function') {
      const unknown = Object.keys(Properties).find((name) => !plainProperties.has(name));
      if (unknown) throw fail(`Resources.${logicalId}.Properties.${unknown}`);
      Object.assign(resources, expandFunction(logicalId, resource, Properties));
    } else if (Type.startsWith('AWS::Serverless::')) {
      throw fail(`Resources.${logicalId}.Type`);
    } else {
      resources[logicalId] = resource;
    }
  }
  return { ...template, Resources: resources };
}

function expandFunction(
  logicalId: string,
  resource: Resource,
  properties: Properties,
): Record<string, Resource> {
  const { Policies = [], PermissionsBoundary, ...others } = properties;
  const lambda = { ...resource, Type: 'AWS::Lambda::Function' };
  // SAM ignores the policies of a function that has a role.
  if (others.Role !== undefined) return { [logicalId]: { ...lambda, Properties: others } };

  const roleId = `${logicalId}Role`;
  const made = resource.Condition === undefined ? {} : { Condition: resource.Condition };
  return {
    [logicalId]: {
      ...lambda,
      Properties: { ...others, Role: { 'Fn::GetAtt': [roleId, 'Arn'] } },
    },
    [roleId]: {
      ...made,
      Type: 'AWS::IAM::Role',
      Properties: { Policies, ...(PermissionsBoundary ? { PermissionsBoundary } : {}) },
    },
  };
}
