import type { Json } from '../json.ts';

/**
 * What services write as `errorCode` where nothing went wrong: the status of their HTTP answer, as Amazon
 * Managed Grafana does, or a word for success. In small letters.
 */
export const successCodes: ReadonlySet<string> = new Set([
  ...['200', '201', '202', '203', '204', '205', '206'],
  ...['ok', 'success', 'successful', 'succeeded'],
]);

/** Whether an `errorCode` says that something went wrong: any that is there and does not say success. */
export function isError(errorCode: Json | undefined): boolean {
  if (errorCode === undefined || errorCode === null || errorCode === '') return false;
  return !saysSuccess(errorCode);
}

/** Whether an `errorCode` says in so many words that all went well. */
export function saysSuccess(errorCode: Json | undefined): boolean {
  const isWord = typeof errorCode === 'string' || typeof errorCode === 'number';
  return isWord && successCodes.has(String(errorCode).trim().toLowerCase());
}
