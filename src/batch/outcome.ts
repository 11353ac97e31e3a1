import type { RecordError } from '../errors.ts';
import type { Response } from '../firehose/contract.ts';
import type { TagCounts, Tagged } from './add-tags.ts';

/** The response, and what became of each record, in the same order. */
export interface Transformed extends Tagged {
  readonly response: Response;
  readonly outcomes: readonly Outcome[];
  /** What reading them took of the budget of the batch (budget.ts): the same on every machine. */
  readonly work: number;
}

/** What became of one record, in AWS's words. */
export type Outcome = Known &
  (
    | {
        readonly result: 'Ok';
        /** Rows that are API calls. */
        readonly calls: number;
        /** Of the instances in its rows. */
        readonly tags: TagCounts;
      }
    | {
        readonly result: 'Dropped';
        /** It held no event, or was put again in full. */
        readonly reason: 'empty' | 'control' | 'put again';
        readonly puts: PutCounts;
      }
    | { readonly result: 'ProcessingFailed'; readonly error: RecordError; readonly puts: PutCounts }
  );

/** What is known of a record before anything becomes of it. */
export interface Known {
  /** We had put it again ourselves. */
  readonly isCarried: boolean;
  /** Events that could be told apart in it. */
  readonly events: number;
}

/** What became of the carriers of a record. Those accepted of a failed record arrive all the same. */
export interface PutCounts {
  readonly accepted: number;
  /** Codes of those that were not. */
  readonly refused: readonly string[];
}
