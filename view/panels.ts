import type { StatementName } from './answers.ts';

/** A part of the page: one question, and the statements that answer it. */
export interface Panel {
  readonly id: string;
  /** Its title. */
  readonly question: string;
  /** In the navigation. */
  readonly short: string;
  readonly statements: readonly StatementName[];
}

export const panels = [
  {
    id: 'when',
    question: 'What happened when?',
    short: 'When',
    statements: ['events_by_source', 'events_by_kind'],
  },
  {
    id: 'instances',
    question: 'What became of the instances, and who did it?',
    short: 'Instances',
    statements: ['instances', 'instance_states', 'instance_marks'],
  },
  {
    id: 'who',
    question: 'Who called, from where, and what was new?',
    short: 'Who',
    statements: ['who', 'who_when', 'who_new'],
  },
  {
    id: 'denied',
    question: 'What was denied, and what failed?',
    short: 'Denied',
    statements: ['failures_by_day', 'denials'],
  },
  {
    id: 'sign-ins',
    question: 'Who signed in, and what did root do?',
    short: 'Sign-ins',
    statements: ['sign_ins_by_day', 'sign_ins', 'root_use'],
  },
  {
    id: 'changes',
    question: 'What changed of identity and network?',
    short: 'Changes',
    statements: ['changes_by_day', 'changes'],
  },
  {
    id: 'not-rows',
    question: 'What did not become a row?',
    short: 'No rows',
    statements: ['not_rows'],
  },
] as const satisfies readonly Panel[];

export type PanelId = (typeof panels)[number]['id'];
