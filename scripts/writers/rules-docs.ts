import { readFile } from 'node:fs/promises';
import { levels, type Rule, readRules } from '../../athena/rules.ts';
import type { Writer } from '../writer.ts';

const sigmaPart = `## Sigma

[Sigma](https://sigmahq.io) is a form for rules that many share; SigmaHQ has some sixty for CloudTrail. \`athena/sigma/cloudtrail.yml\` is a pySigma pipeline by which \`sigma convert\` makes SQL of them over the view \`cloudtrail_logs\`, which runs in Athena and on DuckDB:

\`\`\`sh
python3 -m venv sigma
sigma/bin/pip install --no-deps -r athena/sigma/requirements.txt
sigma/bin/sigma convert -t sqlite -p athena/sigma/cloudtrail.yml RULE.yml
\`\`\`

No backend for Athena is on PyPI, so the one for SQLite writes the SQL, and the pipeline's post-processing turns it into SQL of both engines. The versions are pinned, as older ones of the backend lose the parentheses around \`|cidr\`.

\`npm run test:rules\` holds it to Sigma's meaning: for each rule it makes events from the rule's own conditions, one for each way in which they hold, and near misses that differ in one field by a little; the rule's SQL has to find the one and not the other, on Trino and on DuckDB. What it means: texts match whatever their capitals, but for \`|cased\` and \`|re\`; \`*\` and \`?\` are wildcards unless escaped; \`null\` is a field that is absent; what is absent matches nothing, and so \`not\` finds it; dotted fields go into rows (\`userIdentity.arn\`) and into JSON (\`requestParameters.attribute\`), where an object or a list is its JSON text.

Not portable, or not there:

- **A field that CloudTrail does not have**, such as \`status\`, is refused by \`sigma convert\`, which says so. So is \`resources\`, as no SQL that both engines take looks into a list of rows, and \`managementEvent\`, which the view does not have.
- **A path through a list**, \`requestParameters.containerDefinitions.command\`, ends at the list: its JSON text is compared, in which \`contains\` finds, also in another member than the rule names, and nothing else does.
- **Keywords** (conditions without a field) and names with blanks or colons in a path are refused.
- **\`|cased\` with a wildcard inside** (\`a*b\`) becomes \`GLOB\`, which only DuckDB has. **\`|re\`** takes what both engines do: no look-ahead, no references.
- **\`|cidr\`** compares texts: \`10.0.0.x\` would be in \`10.0.0.0/24\`.
- **Correlations** (several events in a time) are not made.`;

/** What the rules find in the events of the tests that are read where they are given. */
interface Hits {
  readonly events: number;
  readonly hits: Readonly<Record<string, number>>;
}

/**
 * What each rule's findings in the real events are, told by eye. Most of the events are of Stratus Red Team and
 * other simulated attacks, run in accounts of their own.
 */
const judged: Readonly<Record<string, string>> = {
  access_key_for_another_user: 'all simulated: keys for back doors and a malicious user',
  account_leaves_organization: 'all simulated, and denied',
  administrator_made: 'all simulated',
  console_sign_in_without_mfa:
    'one simulated; three of published examples, right as far as they tell',
  federation_token_made: 'simulated',
  function_open_to_everybody: 'all simulated',
  instance_gone_without_a_call:
    'a published example that stands alone: a false alarm for want of its call',
  logs_deleted: 'all simulated',
  many_calls_denied: 'all of a published exercise, whose player tries out what a key may do',
  password_for_another_user: 'all simulated',
  port_opened_to_everybody: 'simulated',
  root_user_used: 'right: three published examples of root at work, none an attack',
  secrets_read_in_bulk: 'all simulated',
  snapshot_shared: 'six simulated; one image shared in a published example',
  start_script_changed: 'simulated',
  trail_stopped: 'all simulated',
  user_made: 'four simulated; two of published examples',
  windows_password_read: 'all simulated, nearly all denied',
};

async function ownPart(root: URL): Promise<string> {
  const rules = readRules();
  const { events, hits } = JSON.parse(
    await readFile(new URL('test/engines/golden/rule-hits.json', root), 'utf8'),
  ) as Hits;
  const found = rules.filter(({ id }) => (hits[id] ?? 0) > 0);
  const unjudged = found.filter(({ id }) => judged[id] === undefined);
  if (unjudged.length > 0)
    throw new Error(`not judged: ${unjudged.map(({ id }) => id).join(', ')}`);
  const sum = found.reduce((all, { id }) => all + (hits[id] ?? 0), 0);
  const byLevel = levels.map((level) => rules.filter((rule) => rule.level === level));
  const table = ({ id, title, technique }: Rule) =>
    `| [\`${id}\`](#${id}) | ${title} | ${technique} | ${hits[id] ?? 0} |`;
  return `## Rules of the lake

\`eventlake detect\` asks ${rules.length} rules whether anything happened that somebody should look at. They look at calls, state changes and tags together. Each is one file of \`athena/rules/\`, SQL that Athena takes as well.

\`\`\`sh
npx eventlake detect --since 2026-11-17 --fail-on high     # a table, the worst first; ends with 1 for CI and cron
npx eventlake detect --json trail_stopped my_rule.sql RULE.yml
\`\`\`

A finding has \`finding_time\`, \`who\`, \`what\`, \`place\` (account, Region, address), \`why\` and \`event_id\`. Every rule has events that fire it and near misses that do not; \`npm run test:rules\` holds each to them on Trino and on DuckDB. In ${events.toLocaleString('en')} events that AWS has sent and others have published, most of them of simulated attacks, ${found.length} of the rules find ${sum}.

${byLevel
  .map(
    (some) =>
      `**${some[0]?.level}**\n\n| rule | finds | ATT&CK | in real events |\n| --- | --- | --- | ---: |\n${some.map(table).join('\n')}`,
  )
  .join('\n\n')}

What they found there, judged by eye:

${found.map(({ id }) => `- \`${id}\`, ${hits[id]}: ${judged[id]}.`).join('\n')}

What no rule claims: that a key is used from two countries, since nothing here knows countries; that a call is unusual for its actor, beyond the rules about what is new.

### A rule of your own

The head says what it asks, how bad it is, what to do, what is normal, and the technique; it takes \`since\` and \`until\`. \`:denied\`, \`:byhand\`, \`:who\` and \`:place\` are short for what many rules say (\`athena/conditions.ts\`). Filter by \`source\` and \`day\`.

\`\`\`text
-- Who made an IAM user?
-- Parameters: since 1, until.
-- Title: IAM user made
-- Level: low
-- Do: Ask whether it is needed.
-- Normal: Few and announced.
-- Technique: T1136.003
SELECT event_time AS finding_time, :who AS who, event_name AS what, :place AS place, 'a user' AS why, event_id
FROM unique_events
WHERE source IN ('aws.iam', 'other')
  AND day >= :since
  AND day <= :until
  AND event_name = 'CreateUser'
  AND outcome = 'success'
\`\`\`

${byLevel.flat().map(described).join('\n\n')}`;
}

function described({ id, question, level, remedy, normal, technique }: Rule): string {
  return `### ${id}

${question} **${level}**, ${technique}.

- What to do: ${remedy}
- What is normal: ${normal}`;
}

/** docs/rules.md: rules of others, and ours. */
export const rulesDocs: Writer = {
  makes: 'the rules that detect',
  from: 'athena/rules/ and test/engines/golden/rule-hits.json',
  files: async (root) => [
    {
      path: 'docs/rules.md',
      text: `<!-- Generated by \`npm run generate\` from athena/rules/ and test/engines/golden/rule-hits.json. Edit scripts/writers/rules-docs.ts, not this. -->

# Rules

${await ownPart(root)}

${sigmaPart}
`,
    },
  ],
};
