import type { JsonObject } from '../json.ts';
import type { Home } from './home.ts';
import type { Delta } from './knowledge.ts';
import type { TagSet } from './tag-set.ts';

/** What an event tells of one instance. */
export type Lesson = {
  readonly id: string;
  /** Where it lives, if that is not where the event is from. */
  readonly home?: Home | undefined;
} & (
  | {
      /** All its tags. */
      readonly tells: 'tags';
      readonly tags: TagSet;
      /** Of a tag change event: a later change has a higher one. Of a launch 0. */
      readonly version?: number | undefined;
      /**
       * Whether other events may rely on it. A finding has the tags that its service read at some
       * time before: they are what the finding says, and no more.
       */
      readonly isShared: boolean;
      /** When they were read, epoch milliseconds, where the event says so. */
      readonly timeMs?: number | undefined;
    }
  | {
      /** Some of them changed; undefined: it may be any. */
      readonly tells: 'change';
      readonly delta: Delta | undefined;
    }
  | {
      /** It is terminated. */
      readonly tells: 'end';
    }
  | {
      /** Nothing but where it lives. */
      readonly tells: 'home';
    }
);

/** What an event of one kind teaches. */
export type Teacher = (event: JsonObject) => Lesson[];
