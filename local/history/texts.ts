import { skipReasons } from '../../src/trail/key.ts';
import type { PlanRequest } from '../../src/trail/plan.ts';
import { findings as meanings } from '../../src/trail/verify.ts';
import { invocationPrefix } from '../terminal/command.ts';
import { counted, grouped, shellWord, type Terminal } from '../terminal/terminal.ts';
import type { RunReport, Survey } from './backfill.ts';
import type { TrailVerification } from './verify-trail.ts';

/** What a plan found, for people. */
export function surveyText(
  { totals, months }: Survey,
  { again }: PlanRequest,
  { stdout }: Terminal,
): string {
  const { days, parts, files, bytes, listed, known, skippedBy, classes, streamDays } = totals;
  const range = months.length > 0 ? ` of ${months[0]?.month} to ${months.at(-1)?.month}` : '';
  const lines = [
    `${stdout.style('bold', 'found'.padEnd(8))} ${counted(listed, 'object')}${range}`,
    ...Object.entries(skippedBy).map(
      ([reason, count]) =>
        `         ${grouped(count)} skipped: ${skipReasons[reason as keyof typeof skipReasons]}`,
    ),
    ...(known > 0 ? [`         ${grouped(known)} planned before`] : []),
    `${stdout.style('bold', 'to do'.padEnd(8))} ${counted(parts, 'part')} of ${counted(days, 'day')}: ${counted(files, 'file')}, ${megabytes(bytes)}${again ? ', complete ones again' : ''}`,
    ...Object.entries(classes)
      .filter(([name]) => isArchived(name))
      .map(
        ([name, held]) =>
          `         ${counted(held.files, 'file')} (${megabytes(held.bytes)}) in ${name} cannot be read before they are restored: \`aws s3api restore-object\``,
      ),
    ...(streamDays.length > 0
      ? [
          `         The lake has rows from the stream of ${counted(streamDays.length, 'day')} of them, such as ${streamDays[0]}.`,
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Amazon S3 User Guide, "Understanding and managing Amazon S3 storage classes". */
function isArchived(storageClass: string): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

/** What a run gave, for people. */
export function reportText(report: RunReport, lake: string, { stdout }: Terminal): string {
  const { counts, failuresByCode, incomplete, imbalances, parts } = report;
  const { filesListed, filesRead, filesSkipped, filesFailed, events, rows, failures } = counts;
  const numbers = [
    [
      'files',
      filesListed,
      `= ${grouped(filesRead)} read + ${grouped(filesSkipped)} skipped + ${grouped(filesFailed)} failed`,
    ],
    ['events', events, `= ${grouped(rows)} rows + ${counted(failures, 'failure')}`],
    ['parts', parts, `${counted(counts.objects, 'object')} below ${lake}/`],
  ] as const;
  const width = Math.max(...numbers.map(([, count]) => grouped(count).length));
  const codes = Object.entries(failuresByCode).map(([code, count]) => `${code} ${grouped(count)}`);
  const option = lake.startsWith('s3://') ? undefined : ` --lake ${shellWord(lake)}`;
  return [
    ...numbers.map(
      ([name, count, what]) =>
        `${stdout.style('bold', name.padEnd(8))} ${grouped(count).padStart(width)}  ${what}`,
    ),
    ...(failures > 0
      ? [`What could not be read is in the table failures (${codes.join(', ')}).`]
      : []),
    ...(incomplete > 0
      ? [`${counted(incomplete, 'part')} did not come to an end: give the command again.`]
      : []),
    ...imbalances.map((what) => `The counts do not add up, which is a bug: ${what}`),
    ...(option !== undefined && rows > 0
      ? [
          `Ask it: ${invocationPrefix} query${option} "SELECT source, day, count(*) AS events FROM events GROUP BY ALL ORDER BY ALL"`,
        ]
      : []),
    '',
  ].join('\n');
}

/** How a trail stands against its digests, for people. */
export function verificationText(
  { months, digests, files, findings, byCode }: TrailVerification,
  { stdout }: Terminal,
): string {
  const heading = (text: string) => stdout.style('bold', text.padEnd(8));
  const codes = Object.entries(byCode);
  return [
    ...findings.map(({ code, key, detail }) => `${code} ${key}${detail ? `: ${detail}` : ''}`),
    `${heading('digests')} ${grouped(digests)} of ${counted(months, 'month')}`,
    `${heading('files')} ${grouped(files)} named in them`,
    ...codes.map(
      ([code, count]) => `${grouped(count)} ${code}: ${meanings[code as keyof typeof meanings]}`,
    ),
    ...(digests === 0 ? ['There is no digest, so nothing is known of the files.'] : []),
    ...(digests > 0 && codes.length === 0 ? ['All is as CloudTrail has delivered it.'] : []),
    '',
  ].join('\n');
}

function megabytes(bytes: number): string {
  const mega = bytes / 1e6;
  return mega < 10_000 ? `${mega.toFixed(1)} MB` : `${(mega / 1000).toFixed(1)} GB`;
}
