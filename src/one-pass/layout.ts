/**
 * Where things lie in the kernel's memory, in bytes, and the numbers that both of its sides use. Imported by the
 * kernel (AssemblyScript, which takes these for integers) and by what fills its tables (TypeScript).
 */

// Areas. What lies below `memoIndexAt` is made once; a batch begins at `batchAt`.
export const stateAt = 1024; // results of one document, and what the host says of a batch: see the names below
export const placesAt = 2048; // start and end of the value of each entry, 256 at most
export const leftoversAt = 4096; // see `leftoverBytes`
export const capturesAt = 8192; // see `captureBytes`
export const wordsAt = 12288; // start and end of the first word of each of 64 slots
export const stackAt = 16384; // see `levelBytes`
export const keyAt = 41984; // where the key of a memo is put together
export const scratchAt = 51200; // where the host writes what a memo is to hold
export const tablesAt = 69632;
export const memoIndexAt = 1048576;
export const memoArenaAt = 1179648;
export const batchAt = 5242880;

// Sizes of what lies in them
export const maxEntries = 256;
export const leftoverBytes = 20; // u32: part, start and end of the key, start and end of the value
export const maxLeftovers = 64;
export const captureBytes = 16; // u32: group, start, end; 1 if it has escapes, and 256 times the length of the id that it ends in
export const maxCaptures = 200;
export const wordSlots = 64;
export const levelBytes = 24; // u32: bracket, node; u64: children of the node that were there; u32: start and end of the key
export const maxKeyBytes = 8000;
export const maxMemoBytes = 16384; // of one value
export const memoBankSlots = 4096; // a bank each for the type, the memos, and the memos that need more
export const memoBanks = 8;
export const firstMoreBank = 4;
export const shapeBank = 7;
export const keySlotBytes = 64; // of a key table: u32 length, u32 what it leads to, then the key
export const longestKey = 48;
export const entryBytes = 32; // u8: form, depth, isEventTime; u32 from 4 on: name, its length, text, its length, node; u16: index, length of the key; u32: group of ids that are searched for
export const nodeBytes = 24; // u32: key table, its packing, captures, endings, flags, ordinal
export const endingBytes = 64; // u32: length, node; then the ending
export const planBytes = 64; // u32, by the names below
export const memoBytes = 32; // u32: hash, key length, value length, id, flags, plan, node, words
export const wordColumnBytes = 32; // u32: name, its length, how, slots, text, its length, slot of the resources

// A document grows at most so much, by escapes of escapes and names of columns; besides there are derived cells.
export const mostGrowth = 4;
export const mostDerivedBytes = 65536;

// What becomes of a value
export const textForm = 0;
export const jsonForm = 1;
export const booleanForm = 2;
export const timeForm = 3;
export const objectsForm = 4;
export const wordsForm = 5;
export const twinForm = 6;
export const constantForm = 7;
export const nestedForm = 8;
export const foreignForm = 9; // a key that the family does not have

// u32 of a plan, by index
export const planEnvelope = 0; // key table of the outer object
export const planEnvelopePacking = 1;
export const planRecord = 2; // key table of the inner one
export const planRecordPacking = 3;
export const planChecks = 4; // what nearly all have: see tables.ts
export const planMemos = 5; // u32: count, then facts and what they lead to where they are not enough
export const planFirst = 6; // the keys that say what an envelope is
export const planSecond = 7;
export const planTypeFacts = 8;
export const planMembers = 9; // key table of the objects of `objectsForm`
export const planMembersPacking = 10;
export const planNested = 11; // entry of the inner object
export const planShapeFacts = 12; // what all is told by of an event about one id, but for that id; 0 where it is not

// What the kernel answers
export const isDone = 0; // the line is whole
export const isOpen = 1; // the host has to add cells
export const isMissing = 2; // a memo has to be made
export const isRefused = 3; // not plain

// Why it refuses
export const notPlainGrammar = 1;
export const notPlainFamily = 2;
export const notPlainDoubledKey = 3;
export const notPlainEscapedKey = 4;
export const notPlainSurrogate = 5;
export const notPlainDepth = 6;
export const notPlainLeftovers = 7;
export const notPlainMemo = 8;

// u32 of the state, by index
export const stateEnd = 0; // of the document
export const stateLineEnd = 1; // before the arrival
export const stateReason = 2;
export const statePlan = 3;
export const stateLeftovers = 4;
export const stateIsUneven = 5; // a twin or a constant says something else
export const stateCaptures = 6;
export const stateIsOdd = 7; // only the parser can tell the words and instances
export const stateOpenMemos = 8; // a bit each
export const stateIsSameDay = 9;
export const stateEventTime = 10; // where the cell stands in the line
export const stateSecondOfDay = 11;
export const stateMissingMemo = 12; // 0: the type; from 1 on those of the plan, in its order
export const stateMissingFacts = 13;
export const stateMemoIds = 14; // eight of them
export const stateHasWords = 22;
export const stateShape = 23; // 0: the event has none; 1: one that is not known; else its memo's id and 2
// … and what the host says
export const stateBarePlan = 24;
export const stateEnvelopePlan = 25;
export const stateArrivalName = 26;
export const stateArrivalNameLength = 27;
export const stateIdPrefix = 28; // two bytes with which every id begins
export const stateIdLength = 29;
export const stateOtherIdLength = 30;
export const stateMaxDepth = 31;
export const stateUnsearched = 32; // key table: what lies below these keys is not searched for ids
export const stateUnsearchedPacking = 33;
export const stateArrivalDay = 34; // ten bytes of text

// Flags of a memo's entry
export const memoIsOpen = 1; // the host has to derive the cells of each such document
export const memoNeedsMore = 2; // these facts are not enough
export const memoIsRefused = 4;
export const memoGroupShift = 8; // of an envelope: the group of ids that are searched for in its inner value

// Flags of a node
export const nodeIsText = 1;
export const nodeIsOdd = 2;

// Captures: below, slots of words; from here on groups of values that may be ids
export const firstGroup = 64;
export const firstWatch = 128; // from here on: bits of the key of the memos
