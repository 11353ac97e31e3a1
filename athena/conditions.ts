/** Conditions and expressions that several queries share: `:denied` in a file of SQL stands for one, over the columns of `events`. */
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

  /** Nobody of AWS's own: not a service in somebody's name, nor by itself. */
  byhand: `(actor_invoked_by IS NULL AND coalesce(actor_type, '') <> 'AWSService')`,

  /** Who acted, in one word. */
  who: 'coalesce(actor_session_name, actor_name, actor_arn, actor_type)',

  /** Account, Region and address. */
  place: `concat(coalesce(account, ''), ' ', coalesce(region, ''), ' ', coalesce(source_ip, ''))`,
};
