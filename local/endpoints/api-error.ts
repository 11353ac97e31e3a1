/** An error as a service's API answers it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The service's own word for it: "Common Errors" of its API Reference. */
  readonly code: string;
  /** Of the HTTP answer. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
