/** A delivery stream's properties that cannot be run: the message names the property, its value and the way out. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** A put that the API refuses as a whole; `code` is the API's own. */
export class PutError extends Error {
  override readonly name = 'PutError';
  readonly code: 'InvalidArgumentException' | 'ValidationException';

  constructor(code: PutError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What Lambda answers when a function fails. AWS Lambda API Reference, Invoke. */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** An invocation that ended in a function error; `payload` is what Lambda would answer. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly payload: FunctionErrorPayload;

  constructor(payload: FunctionErrorPayload) {
    super(`${payload.errorType}: ${payload.errorMessage}`);
    this.payload = payload;
  }
}
