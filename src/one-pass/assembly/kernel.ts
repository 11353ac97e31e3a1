// One JSON document in, one line out, in one pass that checks as it copies (RFC 8259). The kernel knows JSON and
// the forms that cells have, and nothing of AWS: which key becomes which cell, what is looked for inside a value,
// and what cells are remembered by, come as tables from the host (tables.ts). docs/architecture.md has the map.
//
// AssemblyScript: TypeScript's syntax with the types of WebAssembly. `npm run generate` compiles it.
//
// How it stays within bounds: the byte at `limit` is zero while a document is read, and no loop goes past a zero:
// in a string it is a control character, elsewhere no token. Vectors read 15 bytes further at most, whose values
// decide nothing. What is written is bounded by the host, which leaves room for the most that a document can grow.

import {batchAt, 
  booleanForm, captureBytes, capturesAt, constantForm, endingBytes, entryBytes, firstGroup, firstMoreBank, foreignForm, isDone,
  isMissing, isOpen, isRefused, jsonForm, keyAt, keySlotBytes, leftoverBytes, leftoversAt, levelBytes, longestKey,
  maxCaptures, maxEntries,maxKeyBytes, maxLeftovers, memoArenaAt, memoBankSlots, memoBanks, memoBytes, memoIndexAt, memoIsOpen, memoIsRefused,
  memoNeedsMore, nestedForm, nodeIsOdd, nodeIsText, notPlainDepth, notPlainDoubledKey,
  notPlainEscapedKey, notPlainFamily, notPlainGrammar, notPlainLeftovers, notPlainMemo, notPlainSurrogate,
  objectsForm, placesAt, planChecks, planEnvelope, planEnvelopePacking, planFirst, planMembers,
  planMembersPacking, planMemos, planNested, planRecord, planRecordPacking, planSecond, planTypeFacts, scratchAt,
  stackAt, stateArrivalDay, stateArrivalName, stateArrivalNameLength, stateAt, stateBarePlan, stateCaptures,
  stateEnd, stateEnvelopePlan, stateEventTime, stateHasWords, stateIdLength, stateUnsearched, stateUnsearchedPacking, memoGroupShift, stateIdPrefix, stateIsOdd,
  stateIsSameDay, stateIsUneven, stateLeftovers, stateLineEnd, stateMaxDepth, stateMemoIds, stateMissingFacts,
  stateMissingMemo, stateOpenMemos, stateOtherIdLength, statePlan, stateReason, stateSecondOfDay, textForm, timeForm,
  twinForm, wordColumnBytes, wordSlots, wordsAt, wordsForm, shapeBank, planShapeFacts, stateShape,
} from '../layout';

// The same as addresses
const state: usize = stateAt, places: usize = placesAt, leftoverList: usize = leftoversAt, captureList: usize = capturesAt;
const wordList: usize = wordsAt, stack: usize = stackAt, key: usize = keyAt, scratch: usize = scratchAt;
const memoIndex: usize = memoIndexAt, memoArena: usize = memoArenaAt, memoEnd: usize = batchAt;
const leftoverSize: usize = leftoverBytes, captureSize: usize = captureBytes, levelSize: usize = levelBytes;
const keySlotSize: usize = keySlotBytes, endingSize: usize = endingBytes, memoSize: usize = memoBytes;
const wordColumnSize: usize = wordColumnBytes, longest: usize = longestKey, mostKey: usize = maxKeyBytes;
const memoMask: u32 = memoBankSlots - 1;

// What the loops work on
let at: usize = 0; // the next byte of the document
let out: usize = 0; // the next byte of the line
let reason: u32 = 0;
let plan: usize = 0;
let lastEnvelope: usize = 0; // the plan of the last envelope: most come in a row

// What a document has besides its cells
let leftovers: u32 = 0;
let captures: u32 = 0;
let odd: u32 = 0;
let watched: u32 = 0;
let eventTime: usize = 0;
let secondOfDay: u32 = 0;
let type: usize = 0; // the memo's entry of what the envelope is
let later: usize = 0; // the inner value, where it came before what the envelope is
let keyLength: usize = 0;
let keyHash: u32 = 0;
let keySlot: usize = 0; // of the index
let arenaTop: usize = memoArena;

@inline function said(index: u32): u32 { return load<u32>(state + 4 * <usize>index); }
@inline function say(index: u32, value: u32): void { store<u32>(state + 4 * <usize>index, value); }
@inline function ofPlan(index: u32): usize { return <usize>load<u32>(plan + 4 * <usize>index); }
@inline function placeOf(entry: u32): usize { return places + 8 * <usize>entry; }

function refuse(why: u32): bool {
  if (reason == 0) reason = why;
  return false;
}

// ---- Bytes -------------------------------------------------------------------------------------------------------

@inline function isSpace(c: u32): bool { return c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09; }
@inline function isDigit(c: u32): bool { return c - 0x30 < 10; }

@inline function skip(p: usize): usize {
  while (isSpace(load<u8>(p))) p++;
  return p;
}

/** A bit for each of sixteen bytes at which a loop over a string has to look: quotes, backslashes, control characters. */
@inline function marks(v: v128): u32 {
  return i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(v, i8x16.splat(0x22)), i8x16.eq(v, i8x16.splat(0x5c))),
      i8x16.lt_u(v, i8x16.splat(0x20)),
    ),
  );
}

/** Appends bytes; writes up to fifteen more behind them. */
@inline function append(from: usize, length: usize): void {
  let o = out;
  const end = from + length;
  for (let p = from; p < end; p += 16, o += 16) v128.store(o, v128.load(p));
  out += length;
}

@inline function same(a: usize, b: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 16 <= length; i += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i))) != 0xffff) return false;
  }
  for (; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

// ---- Strings -----------------------------------------------------------------------------------------------------

let pastEscape: usize = 0; // behind the escape that was written last

function hexDigit(c: u32): u32 {
  if (isDigit(c)) return c - 0x30;
  const letter = c | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : 0x10000;
}

function hexFour(p: usize): u32 {
  return (
    (hexDigit(load<u8>(p)) << 12) | (hexDigit(load<u8>(p + 1)) << 8) | (hexDigit(load<u8>(p + 2)) << 4) | hexDigit(load<u8>(p + 3))
  );
}

/** Writes one character as JSON.stringify does; `inner`: as the text in a string. */
function writeCharacter(code: u32, o: usize, inner: bool): usize {
  if (code == 0x22 || code == 0x5c) {
    if (inner) { store<u16>(o, 0x5c5c); o += 2; }
    store<u8>(o++, 0x5c);
    store<u8>(o++, <u8>code);
    return o;
  }
  if (code < 0x20) {
    if (inner) store<u8>(o++, 0x5c);
    store<u8>(o++, 0x5c);
    const short: u32 =
      code == 8 ? 0x62 : code == 9 ? 0x74 : code == 10 ? 0x6e : code == 12 ? 0x66 : code == 13 ? 0x72 : 0;
    if (short) { store<u8>(o++, <u8>short); return o; }
    store<u32>(o, 0x30303075); // u00…
    o += 3;
    const low = code & 15;
    store<u8>(o++, <u8>(0x30 + (code >> 4)));
    store<u8>(o++, <u8>(low < 10 ? 0x30 + low : 0x57 + low));
    return o;
  }
  if (code < 0x80) { store<u8>(o++, <u8>code); return o; }
  if (code < 0x800) {
    store<u8>(o++, <u8>(0xc0 | (code >> 6)));
  } else {
    if (code < 0x10000) {
      store<u8>(o++, <u8>(0xe0 | (code >> 12)));
    } else {
      store<u8>(o++, <u8>(0xf0 | (code >> 18)));
      store<u8>(o++, <u8>(0x80 | ((code >> 12) & 63)));
    }
    store<u8>(o++, <u8>(0x80 | ((code >> 6) & 63)));
  }
  store<u8>(o++, <u8>(0x80 | (code & 63)));
  return o;
}

/** Takes the escape at p and writes what JSON.stringify writes; 0 where it is none, or half of a character. */
function writeEscape(p: usize, o: usize, inner: bool): usize {
  const c: u32 = load<u8>(p + 1);
  pastEscape = p + 2;
  if (c == 0x22 || c == 0x5c) return writeCharacter(c, o, inner);
  if (c == 0x2f) { store<u8>(o, 0x2f); return o + 1; }
  if (c == 0x62 || c == 0x66 || c == 0x6e || c == 0x72 || c == 0x74) {
    if (inner) store<u8>(o++, 0x5c);
    store<u8>(o, 0x5c);
    store<u8>(o + 1, <u8>c);
    return o + 2;
  }
  if (c != 0x75) { refuse(notPlainGrammar); return 0; }
  let code = hexFour(p + 2);
  if (code > 0xffff) { refuse(notPlainGrammar); return 0; }
  pastEscape = p + 6;
  if (code >= 0xd800 && code < 0xe000) {
    if (code >= 0xdc00 || load<u8>(p + 6) != 0x5c || load<u8>(p + 7) != 0x75) { refuse(notPlainSurrogate); return 0; }
    const low = hexFour(p + 8);
    if (low < 0xdc00 || low > 0xdfff) { refuse(notPlainSurrogate); return 0; }
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    pastEscape = p + 12;
  }
  return writeCharacter(code, o, inner);
}

let hadEscape: u32 = 0; // of the string that was copied last

/** Copies the string whose quote is at `at`; false where it is none. */
function copyString(): bool {
  let p = at, o = out;
  if (load<u8>(p) != 0x22) return refuse(notPlainGrammar);
  store<u8>(o++, 0x22);
  p++;
  hadEscape = 0;
  for (;;) {
    const v = v128.load(p);
    v128.store(o, v);
    const m = marks(v);
    if (m == 0) { p += 16; o += 16; continue; }
    const k = <usize>ctz(m);
    p += k;
    o += k;
    const c: u32 = load<u8>(p);
    if (c == 0x22) {
      store<u8>(o, 0x22);
      at = p + 1;
      out = o + 1;
      return true;
    }
    if (c != 0x5c) return refuse(notPlainGrammar);
    hadEscape = 1;
    o = writeEscape(p, o, false);
    if (o == 0) return false;
    p = pastEscape;
  }
  return false;
}

function numberEnd(p: usize): usize {
  let c: u32 = load<u8>(p);
  if (c == 0x2d) c = load<u8>(++p);
  if (c == 0x30) {
    c = load<u8>(++p);
  } else {
    if (!isDigit(c)) return 0;
    do c = load<u8>(++p); while (isDigit(c));
  }
  if (c == 0x2e) {
    c = load<u8>(++p);
    if (!isDigit(c)) return 0;
    do c = load<u8>(++p); while (isDigit(c));
  }
  if (c == 0x65 || c == 0x45) {
    c = load<u8>(++p);
    if (c == 0x2b || c == 0x2d) c = load<u8>(++p);
    if (!isDigit(c)) return 0;
    do c = load<u8>(++p); while (isDigit(c));
  }
  return p;
}

// ---- Keys --------------------------------------------------------------------------------------------------------

/** Of all bytes of a key up to eight, of the first and last eight of a longer one. */
@inline function hashOf(p: usize, n: usize): u32 {
  const head: u64 = n >= 8 ? load<u64>(p) : n == 0 ? 0 : load<u64>(p) & (<u64>-1 >> (64 - 8 * <u64>n));
  const tail: u64 = n > 8 ? load<u64>(p + n - 8) : 0;
  const h = (head * 0x9e3779b97f4a7c15) ^ (tail * 0xc2b2ae3d27d4eb4f) ^ (<u64>n * 0x165667b19e3779f9);
  return <u32>(h >> 32) ^ <u32>h;
}

/** For the host, which makes the tables. */
export function hashAt(p: usize, n: usize): u32 { return hashOf(p, n); }

@inline function sameKey(a: usize, b: usize, n: usize): bool {
  const first: usize = n < 16 ? n : 16;
  const want = (<u32>1 << <u32>first) - 1;
  if ((i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) & want) != want) return false;
  return n <= 16 || same(a + 16, b + 16, n - 16);
}

/** What a key leads to by a table, or 0. `packing`: a multiplier under which no two of its keys meet, and a mask. */
@inline function find(table: usize, packing: u32, from: usize, n: usize): u32 {
  if (n > longest) return 0;
  const slot = table + <usize>(((hashOf(from, n) * ((packing >> 16) | 1)) >> 12) & (packing & 0xffff)) * keySlotSize;
  return load<u32>(slot) == <u32>n && sameKey(from, slot + 8, n) ? load<u32>(slot + 4) : 0;
}

let keyFrom: usize = 0;
let keyEnd: usize = 0;

/** Takes the brace or comma before a key, the key, its colon, and white space around them. */
@inline function takeKey(): bool {
  let p = skip(at + 1);
  if (load<u8>(p) != 0x22) return refuse(notPlainGrammar);
  keyFrom = ++p;
  let m = marks(v128.load(p));
  while (m == 0) { p += 16; m = marks(v128.load(p)); }
  p += <usize>ctz(m);
  const c: u32 = load<u8>(p);
  if (c != 0x22) return refuse(c == 0x5c ? notPlainEscapedKey : notPlainGrammar);
  keyEnd = p;
  p = skip(p + 1);
  if (load<u8>(p) != 0x3a) return refuse(notPlainGrammar);
  at = skip(p + 1);
  return true;
}

// ---- What is looked for inside a value ---------------------------------------------------------------------------

/** The node of a member, by its key; 0 where nothing in it is looked for. */
function childOf(node: u32, from: usize, end: usize, level: usize): u32 {
  const n = end - from;
  let child: u32 = 0;
  const table = <usize>load<u32>(node);
  if (table) child = find(table, load<u32>(node + 4), from, n);
  const endings = <usize>load<u32>(node + 12);
  if (endings) {
    const count = load<u32>(endings);
    for (let i: u32 = 0, e = endings + 4; i < count; i++, e += endingSize) {
      const length = <usize>load<u32>(e);
      if (n < length || !same(end - length, e + 8, length)) continue;
      if (child) odd = 1;
      child = load<u32>(e + 4);
    }
  }
  if (child == 0) return 0;
  const flags = load<u32>(child + 16);
  if (flags & nodeIsOdd) odd = 1;
  watched |= flags >> 8;
  // Of doubled keys the last counts, and the first was looked into already.
  const bit = <u64>1 << <u64>load<u32>(child + 20);
  const seen = load<u64>(level + 8);
  if (seen & bit) odd = 1;
  store<u64>(level + 8, seen | bit);
  return child;
}

/** The length of the id that a string ends in; 0 where it ends in none. White space behind it is for the host. */
function idLength(from: usize, end: usize): usize {
  const n = end - from, prefix = said(stateIdPrefix);
  for (let index: u32 = 0; index < 2; index++) {
    const length = <usize>said(index == 0 ? stateIdLength : stateOtherIdLength);
    if (n < length || load<u16>(end - length) != prefix) continue;
    let p = end - length + 2;
    while (p < end && hexDigit(load<u8>(p)) < 16 && load<u8>(p) < 0x67 && (load<u8>(p) < 0x41 || load<u8>(p) > 0x46)) p++;
    if (p == end) return length;
  }
  return 0;
}

/** Whether a string may be what the host looks for, or end in it: `i-…` of a length. */
@inline function mayBeId(from: usize, end: usize): bool {
  if (end == from) return false;
  const last: u32 = load<u8>(end - 1);
  if (last <= 0x20 || last >= 0x80) return true; // white space may stand behind it
  const n = end - from;
  const one = <usize>said(stateIdLength), other = <usize>said(stateOtherIdLength), prefix = said(stateIdPrefix);
  return ((n >= one && load<u16>(end - one) == prefix) || (n >= other && load<u16>(end - other) == prefix)) && idLength(from, end) != 0;
}

function capture(group: u32, from: usize, end: usize, escapes: u32): void {
  if (captures == maxCaptures) { odd = 1; return; }
  const p = captureList + <usize>captures * captureSize;
  store<u32>(p, group);
  store<u32>(p + 4, <u32>from);
  store<u32>(p + 8, <u32>end);
  store<u32>(p + 12, escapes ? 1 : <u32>idLength(from, end) << 8);
  captures++;
}

/** The first word at a slot; blanks around it are for the host to take away. */
function captureWord(slot: u32, from: usize, end: usize, escapes: u32): void {
  const p = wordList + 8 * <usize>slot;
  if (load<u32>(p) != 0 || from == end) return;
  const first: u32 = load<u8>(from), last: u32 = load<u8>(end - 1);
  if (first <= 0x20 || first >= 0x80 || first == 0x5c || last <= 0x20 || last >= 0x80 || end - from > 4096) { odd = 1; return; }
  if (escapes) for (let q = end - (end - from < 6 ? end - from : 6); q < end; q++) if (load<u8>(q) == 0x5c) odd = 1;
  store<u32>(p, <u32>from);
  store<u32>(p + 4, <u32>end);
}

/** Whether a string may be an id; of one with an escape near its end only the host knows. */
function mayBeIdSpelt(from: usize, end: usize, escapes: u32): bool {
  if (escapes == 0) return mayBeId(from, end);
  // It ends in a digit, or white space may.
  const last: u32 = load<u8>(end - 1);
  if (last > 0x20 && last < 0x80 && hexDigit(last) > 15 && load<u8>(end - 2) != 0x5c) return false;
  for (let p = end - from > 120 ? end - 120 : from; p < end; p++) if (load<u8>(p) == 0x5c) return true;
  return mayBeId(from, end);
}

/** Takes note of what may be an id, wherever it is, if it is not below a key that is not searched. */
function captureFound(group: u32, from: usize, end: usize, escapes: u32, bottom: usize, level: usize): void {
  if (!mayBeIdSpelt(from, end, escapes)) return;
  const table = <usize>said(stateUnsearched), packing = said(stateUnsearchedPacking);
  for (let l = bottom + levelSize; l <= level; l += levelSize) {
    if (load<u32>(l) != 0x7b) continue;
    const keyStart = <usize>load<u32>(l + 16), keyStop = <usize>load<u32>(l + 20);
    if (find(table, packing, keyStart, keyStop - keyStart)) return;
    // The parser puts keys that are numbers before all others, and knows what an escape says.
    if (isDigit(load<u8>(keyStart))) odd = 1;
    for (let p = keyStart; p < keyStop; p++) if (load<u8>(p) == 0x5c) odd = 1;
  }
  capture(group, from, end, escapes);
}

/** So many keys that are open at once are told apart. */
const mostOpenKeys: u32 = 200;

/** Whether any object in a value that is read has a key twice, or one with an escape, or too many. */
function hasDoubledKey(from: usize, end: usize): bool {
  let p = from, level = stack, count: u32 = 0, base: u32 = 0;
  while (p < end) {
    const c: u32 = load<u8>(p);
    if (c == 0x7b) {
      store<u32>(level, base);
      level += levelSize;
      base = count;
    } else if (c == 0x7d) {
      level -= levelSize;
      count = base;
      base = load<u32>(level);
    } else if (c == 0x22) {
      const start = ++p;
      let escapes = false;
      for (;;) {
        const m = marks(v128.load(p));
        if (m == 0) { p += 16; continue; }
        p += <usize>ctz(m);
        if (load<u8>(p) == 0x22) break;
        escapes = true;
        p += 2;
      }
      const next = skip(p + 1);
      if (load<u8>(next) == 0x3a) {
        if (escapes || count == mostOpenKeys) return true;
        const hash = hashOf(start, p - start);
        for (let i = base; i < count; i++) if (load<u32>(key + 4 * <usize>i) == hash) return true;
        store<u32>(key + 4 * <usize>count, hash);
        count++;
      }
    }
    p++;
  }
  return false;
}

/** Takes note of a string or another scalar at a node. */
function captureAt(node: u32, from: usize, end: usize, escapes: u32, isString: bool): void {
  if (isString && (load<u32>(node + 16) & nodeIsText)) odd = 1;
  const list = <usize>load<u32>(node + 8);
  if (list == 0) return;
  const count = load<u32>(list);
  for (let i: u32 = 0; i < count; i++) {
    const what = load<u32>(list + 4 + 4 * <usize>i);
    if (what < <u32>firstGroup) captureWord(what, from, end, escapes);
    else if (isString && mayBeIdSpelt(from, end, escapes)) capture(what, from, end, escapes);
  }
}

// ---- Values ------------------------------------------------------------------------------------------------------

const aValue: i32 = 0, aValueOrEnd: i32 = 1, aKey: i32 = 2, aKeyOrEnd: i32 = 3, theNext: i32 = 4;

/**
 * Copies any value, without white space, as the text in a JSON string.
 * @param outer levels of nesting around it
 * @param root the node at which it is; 0 where nothing is looked for
 * @param group of ids, which are searched for everywhere in it; 0 where none are
 */
function copyJson(outer: i32, root: u32, group: u32): bool {
  const begin = at, before = captures;
  let p = at, o = out, expect = aValue, node = root;
  const bottom = stack + <usize>outer * levelSize;
  const top = stack + <usize>said(stateMaxDepth) * levelSize;
  let level = bottom;
  store<u32>(level + 4, 0);
  store<u8>(o++, 0x22);
  for (;;) {
    let c: u32 = load<u8>(p);
    while (c <= 0x20) {
      if (!isSpace(c)) return refuse(notPlainGrammar);
      c = load<u8>(++p);
    }
    if (c == 0x22) {
      if (expect == theNext) return refuse(notPlainGrammar);
      store<u16>(o, 0x225c);
      o += 2;
      const from = ++p;
      let escapes: u32 = 0;
      for (;;) {
        const v = v128.load(p);
        v128.store(o, v);
        const m = marks(v);
        if (m == 0) { p += 16; o += 16; continue; }
        const k = <usize>ctz(m);
        p += k;
        o += k;
        c = load<u8>(p);
        if (c == 0x22) break;
        if (c != 0x5c) return refuse(notPlainGrammar);
        escapes = 1;
        o = writeEscape(p, o, true);
        if (o == 0) return false;
        p = pastEscape;
      }
      store<u16>(o, 0x225c);
      o += 2;
      const end = p++;
      if (expect == aKey || expect == aKeyOrEnd) {
        if (group) {
          store<u32>(level + 16, <u32>from);
          store<u32>(level + 20, <u32>end);
        }
        node = load<u32>(level + 4);
        if (node) {
          if (escapes) {
            odd = 1;
            watched = 0xffffffff;
          }
          node = childOf(node, from, end, level);
        }
        p = skip(p);
        if (load<u8>(p) != 0x3a) return refuse(notPlainGrammar);
        store<u8>(o++, 0x3a);
        p++;
        expect = aValue;
        continue;
      }
      if (node) captureAt(node, from, end, escapes, true);
      if (group && (escapes || mayBeId(from, end))) captureFound(group, from, end, escapes, bottom, level);
    } else if (c == 0x2c) {
      if (expect != theNext || level == bottom) return refuse(notPlainGrammar);
      store<u8>(o++, 0x2c);
      p++;
      if (load<u32>(level) == 0x7b) {
        expect = aKey;
      } else {
        expect = aValue;
        node = load<u32>(level + 4);
      }
      continue;
    } else if (c == 0x7d || c == 0x5d) {
      // An opening bracket and its closing one are two apart: { } and [ ].
      if (expect == aValue || expect == aKey || level == bottom || load<u32>(level) != c - 2) return refuse(notPlainGrammar);
      store<u8>(o++, <u8>c);
      p++;
      level -= levelSize;
    } else if (expect == theNext || expect == aKey || expect == aKeyOrEnd) {
      return refuse(notPlainGrammar);
    } else if (c == 0x7b || c == 0x5b) {
      if (level == top) return refuse(notPlainDepth);
      level += levelSize;
      store<u32>(level, c);
      store<u32>(level + 4, node);
      store<u64>(level + 8, 0);
      store<u8>(o++, <u8>c);
      p++;
      expect = c == 0x7b ? aKeyOrEnd : aValueOrEnd;
      continue;
    } else {
      const from = p;
      if (c == 0x6e) {
        if (load<u32>(p) != 0x6c6c756e) return refuse(notPlainGrammar);
        p += 4;
      } else if (c == 0x74) {
        if (load<u32>(p) != 0x65757274) return refuse(notPlainGrammar);
        p += 4;
      } else if (c == 0x66) {
        if (load<u32>(p + 1) != 0x65736c61) return refuse(notPlainGrammar);
        p += 5;
      } else {
        p = numberEnd(p);
        if (p == 0) return refuse(notPlainGrammar);
      }
      if (node && c != 0x6e) captureAt(node, from, p, 0, false);
      for (let q = from; q < p; q += 16) v128.store(o + (q - from), v128.load(q));
      o += p - from;
    }
    if (level == bottom) {
      store<u8>(o++, 0x22);
      at = p;
      out = o;
      if (captures > before && hasDoubledKey(begin, p)) odd = 1;
      return true;
    }
    expect = theNext;
  }
  return false;
}

/** Takes any value and writes nothing. */
function skipValue(outer: i32): bool {
  const save = out;
  const isValue = copyJson(outer, 0, 0);
  out = save;
  return isValue;
}

@inline function twoDigits(p: usize): u32 {
  const a = <u32>load<u8>(p) - 0x30, b = <u32>load<u8>(p + 1) - 0x30;
  return a > 9 || b > 9 ? 100 : a * 10 + b;
}

/** `"2026-11-20T12:00:00Z"`, as nearly all are, of 1970 to 9998; false where it is spelt otherwise. */
function copyTime(isEventTime: bool): bool {
  const p = at + 1;
  if (load<u8>(at) != 0x22) return false;
  if (i8x16.bitmask(i8x16.lt_u(v128.load(p), i8x16.splat(0x20)))) return false; // its end lies behind it
  if (load<u8>(p + 4) != 0x2d || load<u8>(p + 7) != 0x2d || load<u8>(p + 10) != 0x54 || load<u8>(p + 13) != 0x3a) return false;
  if (load<u8>(p + 16) != 0x3a || load<u16>(p + 19) != 0x225a) return false;
  const year = twoDigits(p) * 100 + twoDigits(p + 2), month = twoDigits(p + 5), day = twoDigits(p + 8);
  const hour = twoDigits(p + 11), minute = twoDigits(p + 14), second = twoDigits(p + 17);
  if (twoDigits(p + 2) > 99 || year < 1970 || year > 9998 || month < 1 || month > 12 || day < 1) return false;
  if (day > 28 || hour > 23 || minute > 59 || second > 59) {
    if (hour > 23 || minute > 59 || second > 59 || day > 31) return false;
    if (month == 2 && (day > 29 || year % 4 != 0 || (year % 100 == 0 && year % 400 != 0))) return false;
    if (day == 31 && (month == 4 || month == 6 || month == 9 || month == 11)) return false;
  }
  const o = out;
  store<u8>(o, 0x22);
  v128.store(o + 1, v128.load(p));
  store<u32>(o + 17, load<u32>(p + 16));
  store<u8>(o + 11, 0x20);
  store<u32>(o + 20, 0x3030302e); // .000
  store<u8>(o + 24, 0x22);
  out = o + 25;
  at += 22;
  if (isEventTime) {
    eventTime = o + 1;
    secondOfDay = (hour * 60 + minute) * 60 + second;
  }
  return true;
}

/** A list of objects of strings, under the names that the table has; false where it is something else. */
function copyObjects(): bool {
  const table = ofPlan(planMembers), packing = <u32>ofPlan(planMembersPacking);
  if (load<u8>(at) != 0x5b) return false;
  store<u8>(out++, 0x5b);
  at = skip(at + 1);
  if (load<u8>(at) == 0x5d) { at++; store<u8>(out++, 0x5d); return true; }
  for (;;) {
    if (load<u8>(at) != 0x7b) return false;
    store<u8>(out++, 0x7b);
    let isFirst = true, seen: u32 = 0;
    const next = skip(at + 1);
    if (load<u8>(next) == 0x7d) at = next;
    else for (;;) {
      if (!takeKey()) return false;
      const entry = <usize>find(table, packing, keyFrom, keyEnd - keyFrom);
      if (entry == 0) return false;
      const bit: u32 = 1 << <u32>load<u8>(entry + 1);
      if (seen & bit) return false;
      seen |= bit;
      if (load<u8>(at) == 0x6e) {
        if (load<u32>(at) != 0x6c6c756e) return false;
        at += 4;
      } else {
        if (!isFirst) store<u8>(out++, 0x2c);
        isFirst = false;
        append(<usize>load<u32>(entry + 4), <usize>load<u32>(entry + 8));
        const from = at + 1;
        if (load<u8>(at) != 0x22 || !copyString()) return false;
        const node = load<u32>(entry + 20);
        if (node) captureAt(node, from, at - 1, hadEscape, true);
      }
      at = skip(at);
      const c: u32 = load<u8>(at);
      if (c == 0x2c) continue;
      if (c != 0x7d) return false;
      break;
    }
    store<u8>(out++, 0x7d);
    at = skip(at + 1);
    const c: u32 = load<u8>(at);
    if (c != 0x2c && c != 0x5d) return false;
    store<u8>(out++, <u8>c);
    if (c == 0x5d) { at++; return true; }
    at = skip(at + 1);
  }
  return false;
}

/** A list of strings, each as an object of one member; false where it is something else. */
function copyWords(entry: usize): bool {
  const name = <usize>load<u32>(entry + 12), nameLength = <usize>load<u32>(entry + 16), node = load<u32>(entry + 20);
  if (load<u8>(at) != 0x5b) return false;
  store<u8>(out++, 0x5b);
  at = skip(at + 1);
  if (load<u8>(at) == 0x5d) { at++; store<u8>(out++, 0x5d); return true; }
  for (;;) {
    append(name, nameLength);
    const from = at + 1;
    if (load<u8>(at) != 0x22 || !copyString()) return false;
    if (node) captureAt(node, from, at - 1, hadEscape, true);
    store<u8>(out++, 0x7d);
    at = skip(at);
    const c: u32 = load<u8>(at);
    if (c != 0x2c && c != 0x5d) return false;
    store<u8>(out++, <u8>c);
    if (c == 0x5d) { at++; return true; }
    at = skip(at + 1);
  }
  return false;
}

/** Takes a value that has no cell, or none that the kernel can make; the host does. */
function leave(isInner: bool): bool {
  if (leftovers == maxLeftovers) return refuse(notPlainLeftovers);
  const p = leftoverList + <usize>leftovers * leftoverSize;
  leftovers++;
  const from = keyFrom, end = keyEnd;
  store<u32>(p, isInner ? 1 : 0);
  store<u32>(p + 4, <u32>from);
  store<u32>(p + 8, <u32>end);
  store<u32>(p + 12, <u32>at);
  if (!skipValue(isInner ? 2 : 1)) return false;
  store<u32>(p + 16, <u32>at);
  return true;
}

/** Takes the value of a known key and writes its cell. */
function copyValue(entry: usize, isInner: bool): bool {
  const form: u32 = load<u8>(entry);
  if (form == nestedForm) return copyNested(entry);
  if (form == twinForm) return skipValue(isInner ? 2 : 1);
  if (form == foreignForm) return refuse(notPlainFamily);
  if (form == constantForm) {
    const length = <usize>load<u32>(entry + 16);
    if (!same(at, <usize>load<u32>(entry + 12), length)) return leave(isInner);
    // Nothing may follow it that belongs to the value.
    at += length;
    const c: u32 = load<u8>(at);
    return c == 0x2c || c == 0x7d || isSpace(c) ? true : refuse(notPlainGrammar);
  }
  const from = at, begin = out;
  if (load<u8>(at) == 0x6e) {
    if (load<u32>(at) != 0x6c6c756e) return refuse(notPlainGrammar);
    at += 4;
    return true;
  }
  append(<usize>load<u32>(entry + 4), <usize>load<u32>(entry + 8));
  if (form == textForm) {
    if (load<u8>(at) == 0x22) return copyString();
  } else if (form == jsonForm) {
    return copyJson(load<u8>(entry + 1), load<u32>(entry + 20), load<u32>(entry + 28));
  } else if (form == booleanForm) {
    if (load<u32>(at) == 0x65757274) {
      store<u32>(out, 0x65757274);
      at += 4;
      out += 4;
      return true;
    }
    if (load<u8>(at) == 0x66 && load<u32>(at + 1) == 0x65736c61) {
      store<u8>(out, 0x66);
      store<u32>(out + 1, 0x65736c61);
      at += 5;
      out += 5;
      return true;
    }
  } else if (form == timeForm) {
    if (copyTime(load<u8>(entry + 2) != 0)) return true;
  } else {
    const before = captures;
    if (form == objectsForm ? copyObjects() : copyWords(entry)) return true;
    // Whatever it is, the parser knows: what was refused in it, too, unless it is no JSON.
    reason = 0;
    captures = before;
    odd = 1;
  }
  at = from;
  out = begin;
  keyFrom = <usize>load<u32>(placeOf(load<u16>(entry + 24)) + 4); // see copyMembers
  keyEnd = keyFrom + <usize>load<u16>(entry + 26);
  return leave(isInner);
}

/** Takes the inner object, once it is known what the envelope is. */
function copyNested(entry: usize): bool {
  if (load<u32>(placeOf(<u32>ofPlan(planFirst)) + 4) == 0 || load<u32>(placeOf(<u32>ofPlan(planSecond)) + 4) == 0) {
    later = at;
    return skipValue(1);
  }
  return copyInner(entry);
}

let isRestart: bool = false;

function copyInner(entry: usize): bool {
  if (!recallType()) return false;
  const own = <usize>load<u32>(type + 20);
  if (own != plan) {
    plan = own;
    isRestart = true;
    return false;
  }
  const table = ofPlan(planRecord);
  if (table) {
    if (load<u8>(at) != 0x7b) return refuse(notPlainFamily);
    return copyMembers(table, <u32>ofPlan(planRecordPacking), true);
  }
  if (load<u8>(at) == 0x6e) {
    if (load<u32>(at) != 0x6c6c756e) return refuse(notPlainGrammar);
    at += 4;
    return true;
  }
  append(<usize>load<u32>(entry + 4), <usize>load<u32>(entry + 8));
  return copyJson(1, load<u32>(type + 24), load<u32>(type + 16) >> memoGroupShift);
}

/** Takes an object, member by member, each to where its key belongs. */
function copyMembers(table: usize, packing: u32, isInner: bool): bool {
  if (load<u8>(at) != 0x7b) return refuse(notPlainGrammar);
  const next = skip(at + 1);
  if (load<u8>(next) == 0x7d) { at = next + 1; return true; }
  for (;;) {
    if (!takeKey()) return false;
    const entry = <usize>find(table, packing, keyFrom, keyEnd - keyFrom);
    if (entry == 0) {
      if (!leave(isInner)) return false;
    } else {
      const place = placeOf(load<u16>(entry + 24));
      if (load<u32>(place + 4) != 0) return refuse(notPlainDoubledKey);
      const start = at, keyStart = keyFrom;
      // Until its end is known, the place of the end holds that of the key.
      store<u32>(place, <u32>start);
      store<u32>(place + 4, <u32>keyStart);
      if (!copyValue(entry, isInner)) return false;
      store<u32>(place, <u32>start);
      store<u32>(place + 4, <u32>at);
    }
    at = skip(at);
    const c: u32 = load<u8>(at);
    if (c == 0x2c) continue;
    if (c != 0x7d) return refuse(notPlainGrammar);
    at++;
    return true;
  }
  return false;
}

// ---- Memos -------------------------------------------------------------------------------------------------------

/** Puts the values together that a memo goes by. facts: u32 count, then entry and whether only its shape counts. */
function makeKey(facts: usize): bool {
  const count = load<u32>(facts);
  let o = key;
  store<u32>(o, <u32>facts); // so that no two memos meet
  store<u32>(o + 4, watched);
  o += 8;
  for (let i: u32 = 0, f = facts + 4; i < count; i++, f += 8) {
    const place = placeOf(load<u32>(f));
    const start = <usize>load<u32>(place), end = <usize>load<u32>(place + 4);
    const length: usize = end == 0 ? 0 : end - start;
    if (load<u32>(f + 4) != 0) {
      const c: u32 = length == 0 ? 0 : load<u8>(start);
      store<u8>(o++, <u8>(c == 0x6e ? 0 : c)); // null is as good as absent
      continue;
    }
    if (o + length + 4 > key + mostKey) return refuse(notPlainMemo);
    store<u32>(o, <u32>length);
    o += 4;
    for (let p = start, q = o; p < start + length; p += 16, q += 16) v128.store(q, v128.load(p));
    o += length;
  }
  keyLength = o - key;
  return true;
}

function hashKey(): void {
  const o = key + keyLength;
  v128.store(o, i8x16.splat(0));
  let h: u64 = <u64>keyLength;
  for (let p: usize = key; p < o; p += 8) {
    h = (h ^ load<u64>(p)) * 0x9e3779b97f4a7c15;
    h ^= h >> 29;
  }
  keyHash = <u32>(h ^ (h >> 32));
}

/** The memo's entry for the key that was put together, or 0. */
function recallKey(end: usize, bank: u32): usize {
  keyLength = end - key;
  hashKey();
  // Two entries whose hashes meet are both kept: of a thousand identities a fifth would push out each other.
  keySlot = memoIndex + 4 * <usize>(bank * memoBankSlots + (keyHash & memoMask & ~1));
  for (let slot = keySlot; slot <= keySlot + 4; slot += 4) {
    const entry = <usize>load<u32>(slot);
    if (entry && load<u32>(entry) == keyHash && load<u32>(entry + 4) == <u32>keyLength && same(entry + memoSize, key, keyLength)) {
      return entry;
    }
  }
  return 0;
}

/** The memo's entry for these facts in its bank; 0 where it has none, and the host is to make it. */
function recall(which: u32, facts: usize, bank: u32): usize {
  if (!makeKey(facts)) return 0;
  const entry = recallKey(key + keyLength, bank);
  if (entry) return entry;
  say(stateMissingMemo, which);
  say(stateMissingFacts, <u32>facts);
  return 0;
}

/** Remembers what the host made of the key that was missed; it lies in the scratch. False where no room is left. */
export function remember(length: u32, id: u32, flags: u32, itsPlan: u32, node: u32, words: u32): bool {
  const bytes = (memoSize + keyLength + <usize>length + 31) & ~15;
  if (arenaTop + bytes > memoEnd) return false;
  const entry = arenaTop;
  arenaTop += bytes;
  store<u32>(entry, keyHash);
  store<u32>(entry + 4, <u32>keyLength);
  store<u32>(entry + 8, length);
  store<u32>(entry + 12, id);
  store<u32>(entry + 16, flags);
  store<u32>(entry + 20, itsPlan);
  store<u32>(entry + 24, node);
  store<u32>(entry + 28, words);
  memory.copy(entry + memoSize, key, keyLength);
  memory.copy(entry + memoSize + keyLength, scratch, length);
  store<u32>(keySlot + 4, load<u32>(keySlot));
  store<u32>(keySlot, <u32>entry);
  return true;
}

export function forget(): void {
  memory.fill(memoIndex, 0, 4 * <usize>(memoBanks * memoBankSlots));
  arenaTop = memoArena;
}

/** What the envelope is, by the keys that say it. */
function recallType(): bool {
  if (type) return true;
  const entry = recall(0, ofPlan(planTypeFacts), 0);
  if (entry == 0) return false;
  if (load<u32>(entry + 16) & memoIsRefused) return refuse(notPlainFamily);
  type = entry;
  return true;
}

/** Writes the cells that a memo has; notes its id, or that the host has to make them. */
@inline function writeMemo(entry: usize, which: u32): void {
  say(stateMemoIds + which, load<u32>(entry + 12));
  if (load<u32>(entry + 16) & memoIsOpen) say(stateOpenMemos, said(stateOpenMemos) | (1 << which));
  else append(entry + memoSize + <usize>load<u32>(entry + 4), <usize>load<u32>(entry + 8));
}

/** Leaves the cells of a memo to the host: their facts are too much to be remembered. */
function openMemo(which: u32): void {
  reason = 0;
  say(stateMemoIds + which, 0xffffffff);
  say(stateOpenMemos, said(stateOpenMemos) | (1 << which));
}

function recallAll(): bool {
  const list = ofPlan(planMemos);
  const count = load<u32>(list);
  for (let i: u32 = 0, m = list + 4; i < count; i++, m += 8) {
    const more = <usize>load<u32>(m + 4);
    // What is watched is not known where a key of it has escapes: the few facts would say that of any other, too.
    let entry: usize = 0;
    const isKnown = watched != 0xffffffff || more == 0;
    if (isKnown) entry = recall(i + 1, <usize>load<u32>(m), i + 1);
    if (!isKnown || (entry && (load<u32>(entry + 16) & memoNeedsMore))) entry = recall(i + 1, more, firstMoreBank + i);
    if (entry == 0) {
      if (reason != notPlainMemo) return false;
      openMemo(i + 1);
      continue;
    }
    if (load<u32>(entry + 16) & memoIsRefused) return refuse(notPlainFamily);
    writeMemo(entry, i + 1);
  }
  return true;
}

// ---- Words of a document -----------------------------------------------------------------------------------------

@inline function wordAt(slot: u32): usize { return wordList + 8 * <usize>slot; }

/** Writes a cell for each column whose word was found. */
function writeWords(words: usize): void {
  const count = load<u32>(words);
  for (let i: u32 = 0, c = words + 4; i < count; i++, c += wordColumnSize) {
    const name = <usize>load<u32>(c), nameLength = <usize>load<u32>(c + 4);
    const isJoined = load<u32>(c + 8), slots = load<u32>(c + 12);
    const textLength = <usize>load<u32>(c + 20);
    if (textLength) {
      append(name, nameLength);
      append(<usize>load<u32>(c + 16), textLength);
      continue;
    }
    const first = load<u32>(c + 24), shared = load<u32>(c + 28);
    let found: u32 = 0;
    for (let s: u32 = 0; s < slots; s++) if (load<u32>(wordAt(s == shared ? wordSlots - 1 : first + s))) found++;
    if (found == 0 || (isJoined && found < slots)) continue;
    append(name, nameLength);
    store<u8>(out++, 0x22);
    let isFirst = true;
    for (let s: u32 = 0; s < slots; s++) {
      const p = wordAt(s == shared ? wordSlots - 1 : first + s);
      const from = <usize>load<u32>(p);
      if (from == 0) continue;
      if (!isFirst) store<u8>(out++, 0x2f);
      isFirst = false;
      copyWord(from, <usize>load<u32>(p + 4));
      if (!isJoined) break;
    }
    store<u8>(out++, 0x22);
  }
}

/** What stands in a string, spelt as JSON.stringify does. */
function copyWord(from: usize, end: usize): void {
  let p = from, o = out;
  while (p < end) {
    const c = load<u8>(p);
    if (c == 0x5c) {
      o = writeEscape(p, o, false);
      p = pastEscape;
    } else {
      store<u8>(o++, c);
      p++;
    }
  }
  out = o;
}

// ---- Shapes ----------------------------------------------------------------------------------------------------

/**
 * Of events about one id most say the same, but for the id: what the host made of one of them it remembers by all
 * the others' bytes around the id. Notes whether the event has such a shape, and whether it is known.
 */
function recallShape(): void {
  say(stateShape, 0);
  const facts = ofPlan(planShapeFacts);
  if (facts == 0 || captures == 0) return;
  const length = <usize>(load<u32>(captureList + 12) >> 8);
  if (length == 0) return;
  const id = <usize>load<u32>(captureList + 8) - length;
  for (let i: u32 = 0, c = captureList; i < captures; i++, c += captureSize) {
    if (<usize>(load<u32>(c + 12) >> 8) != length || !same(<usize>load<u32>(c + 8) - length, id, length)) return;
  }
  let o = key;
  store<u32>(o, <u32>facts);
  store<u32>(o + 4, <u32>type);
  o += 8;
  const count = load<u32>(facts);
  for (let i: u32 = 0, f = facts + 4; i < count; i++, f += 8) {
    const place = placeOf(load<u32>(f));
    const end = <usize>load<u32>(place + 4);
    let from: usize = end == 0 ? 0 : <usize>load<u32>(place);
    if (o + (end - from) + 64 > key + mostKey) return;
    for (let j: u32 = 0, c = captureList; j < captures; j++, c += captureSize) {
      const idEnd = <usize>load<u32>(c + 8);
      if (idEnd < from || idEnd > end) continue;
      o = appendKey(o, from, idEnd - length);
      from = idEnd;
    }
    o = appendKey(o, from, end);
  }
  const entry = recallKey(o, shapeBank);
  say(stateShape, entry ? load<u32>(entry + 12) + 2 : 1);
}

/** Appends a piece of a key, and that it ends. */
function appendKey(o: usize, from: usize, end: usize): usize {
  for (let p = from, q = o; p < end; p += 16, q += 16) v128.store(q, v128.load(p));
  store<u8>(o + (end - from), 0);
  return o + (end - from) + 1;
}

// ---- The document ------------------------------------------------------------------------------------------------

/** Whether twins and constants say what they nearly always say. checks: u32 count, then entry and twin, or entry and 0. */
function isEven(): bool {
  const checks = ofPlan(planChecks);
  const count = load<u32>(checks);
  for (let i: u32 = 0, c = checks + 4; i < count; i++, c += 8) {
    const place = placeOf(load<u32>(c)), twin = load<u32>(c + 4);
    const start = <usize>load<u32>(place), end = <usize>load<u32>(place + 4);
    if (twin == 0) {
      if (end == 0 || load<u8>(start) == 0x6e) return false;
      continue;
    }
    const other = placeOf(twin - 1);
    const length = end - start;
    if (<usize>(load<u32>(other + 4) - load<u32>(other)) != length || !same(start, <usize>load<u32>(other), length)) return false;
  }
  return true;
}

function begin(from: usize, target: usize): void {
  at = skip(from);
  out = target;
  leftovers = 0;
  captures = 0;
  odd = 0;
  watched = 0;
  eventTime = 0;
  secondOfDay = 0;
  type = 0;
  later = 0;
  isRestart = false;
  say(stateOpenMemos, 0);
  memory.fill(places, 0, 8 * <usize>maxEntries);
  memory.fill(wordList, 0, 8 * <usize>wordSlots);
}

function copyDocument(from: usize, target: usize): bool {
  begin(from, target);
  if (plan == 0) {
    // Its first key tells a record from an envelope; what else they need is looked for at the end.
    if (load<u8>(at) != 0x7b || !takeKey()) return refuse(notPlainGrammar);
    const bare = <usize>said(stateBarePlan), envelope = <usize>said(stateEnvelopePlan);
    plan = bare;
    const entry = find(ofPlan(planEnvelope), <u32>ofPlan(planEnvelopePacking), keyFrom, keyEnd - keyFrom);
    if (entry == 0 || load<u8>(entry) == foreignForm) plan = lastEnvelope ? lastEnvelope : envelope;
    at = skip(from);
  }
  if (!copyMembers(ofPlan(planEnvelope), <u32>ofPlan(planEnvelopePacking), false)) return false;
  const end = at;
  const nested = ofPlan(planNested);
  if (nested) {
    if (load<u32>(placeOf(<u32>ofPlan(planFirst)) + 4) == 0 || load<u32>(placeOf(<u32>ofPlan(planSecond)) + 4) == 0) return refuse(notPlainFamily);
    if (type == 0) {
      if (later) {
        at = later;
        if (!copyInner(nested)) return false;
        at = end;
      } else {
        // There is no inner object at all.
        if (!recallType()) return false;
        if (<usize>load<u32>(type + 20) != plan) { plan = <usize>load<u32>(type + 20); isRestart = true; return false; }
        if (ofPlan(planRecord)) return refuse(notPlainFamily);
      }
    }
    lastEnvelope = plan;
    writeMemo(type, 0);
  }
  if (!recallAll()) return false;
  const words = type ? <usize>load<u32>(type + 28) : 0;
  if (words && !odd) writeWords(words);
  say(stateHasWords, words ? 1 : 0);
  at = end;
  return true;
}

/**
 * Reads the document that begins at `from` and ends before `limit`, and writes its line at `target`.
 * Of a line that is open the host writes the rest, and then calls `finish`.
 */
export function read(from: usize, limit: usize, target: usize, msOfDay: u32): i32 {
  const atLimit = load<u8>(limit);
  store<u8>(limit, 0);
  reason = 0;
  plan = 0;
  let isRead = copyDocument(from, target);
  if (!isRead && isRestart) isRead = copyDocument(from, target);
  store<u8>(limit, atLimit);
  if (!isRead) {
    if (isRestart) refuse(notPlainFamily);
    say(stateReason, reason);
    say(statePlan, <u32>plan);
    return reason ? isRefused : isMissing;
  }
  store<u8>(target, 0x7b); // in the place of the first comma
  const even = isEven();
  const openMemos = said(stateOpenMemos);
  say(stateEnd, <u32>at);
  say(stateLineEnd, <u32>out);
  say(statePlan, <u32>plan);
  say(stateLeftovers, leftovers);
  say(stateIsUneven, even ? 0 : 1);
  say(stateCaptures, captures);
  say(stateIsOdd, odd);
  say(stateEventTime, <u32>eventTime);
  say(stateSecondOfDay, secondOfDay);
  const day = state + 4 * <usize>stateArrivalDay;
  say(stateIsSameDay, eventTime && load<u64>(eventTime) == load<u64>(day) && load<u16>(eventTime + 8) == load<u16>(day + 8) ? 1 : 0);
  if (leftovers || !even || odd || openMemos) say(stateShape, 0);
  else recallShape();
  if (leftovers || !even || captures || odd || openMemos) return isOpen;
  finish(out, target, msOfDay);
  return isDone;
}

/** Ends a line with the time of arrival; it is as long as base64 takes without padding, by blanks before that. */
export function finish(from: usize, target: usize, msOfDay: u32): usize {
  out = from;
  append(<usize>said(stateArrivalName), <usize>said(stateArrivalNameLength));
  let o = out;
  const rest: usize = 27; // the time and its quotes, a brace, a newline
  while ((o - target + rest) % 3 != 0) store<u8>(o++, 0x20);
  const day = state + 4 * <usize>stateArrivalDay;
  store<u8>(o, 0x22);
  store<u64>(o + 1, load<u64>(day));
  store<u16>(o + 9, load<u16>(day + 8));
  store<u8>(o + 11, 0x20);
  const seconds = msOfDay / 1000, ms = msOfDay % 1000, minutes = seconds / 60;
  writeTwo(o + 12, minutes / 60);
  store<u8>(o + 14, 0x3a);
  writeTwo(o + 15, minutes % 60);
  store<u8>(o + 17, 0x3a);
  writeTwo(o + 18, seconds % 60);
  store<u8>(o + 20, 0x2e);
  store<u8>(o + 21, <u8>(0x30 + ms / 100));
  writeTwo(o + 22, ms % 100);
  store<u8>(o + 24, 0x22);
  store<u16>(o + 25, 0x0a7d);
  out = o + rest;
  say(stateLineEnd, <u32>out);
  return out;
}

@inline function writeTwo(p: usize, n: u32): void {
  store<u8>(p, <u8>(0x30 + n / 10));
  store<u8>(p + 1, <u8>(0x30 + (n % 10)));
}
