/** Conditions that several queries share: `:denied` in a file of SQL stands for one, over the columns of `events`. */
export const conditions: Readonly<Record<string, string>> = {
  /** The caller lacked a permission, in whatever words the service says so. */
  denied: `(
    outcome = 'failure'
    AND (
      error_code LIKE '%AccessDenied%'
      OR error_code LIKE '%Unauthorized%'
      OR error_code LIKE '%NotAuthorized%'
      OR error_code LIKE '%Forbidden%'
      -- Whatever the code: SNS says AuthorizationError, EC2 of an image Client.AuthFailure.
      OR lower(error_message) LIKE '%not authorized%'
    )
  )`,
};
