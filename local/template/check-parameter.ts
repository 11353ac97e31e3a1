import type { Parameter } from './read-template.ts';
import { TemplateError } from './read-template.ts';

/** What `Ref` gives for a parameter: a list for a CommaDelimitedList. */
export type ParameterValue = string | number | readonly string[];

/**
 * Checks a parameter's value as CloudFormation does before it makes anything.
 *
 * Source: AWS CloudFormation User Guide, "CloudFormation template Parameters syntax". A pattern has
 * to match the whole value; of a CommaDelimitedList, each member.
 * @throws TemplateError that names parameter, value and form
 */
export function checkParameter(
  name: string,
  declared: Parameter,
  given: string | number,
): ParameterValue {
  const fail = (form: string) =>
    new TemplateError(`Parameter ${name} is "${given}", but has to be ${form}`);
  const isList = declared.Type === 'CommaDelimitedList';
  const members = isList
    ? String(given)
        .split(',')
        .map((member) => member.trim())
    : [String(given)];

  for (const member of members) {
    const { AllowedPattern, AllowedValues, MinLength, MaxLength } = declared;
    if (AllowedValues && !AllowedValues.some((value) => String(value) === member)) {
      throw fail(`one of ${AllowedValues.join(', ')}`);
    }
    if (AllowedPattern !== undefined && !new RegExp(`^(?:${AllowedPattern})$`).test(member)) {
      throw fail(`of the form ${AllowedPattern}`);
    }
    if (MinLength !== undefined && member.length < MinLength) {
      throw fail(`at least ${MinLength} characters long`);
    }
    if (MaxLength !== undefined && member.length > MaxLength) {
      throw fail(`at most ${MaxLength} characters long`);
    }
  }
  if (isList) return members;
  if (declared.Type !== 'Number') return String(given);

  const number = Number(given);
  if (String(given).trim() === '' || !Number.isFinite(number)) throw fail('a number');
  if (declared.MinValue !== undefined && number < declared.MinValue) {
    throw fail(`at least ${declared.MinValue}`);
  }
  if (declared.MaxValue !== undefined && number > declared.MaxValue) {
    throw fail(`at most ${declared.MaxValue}`);
  }
  return number;
}
