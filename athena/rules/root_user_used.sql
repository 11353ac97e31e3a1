-- Was anything done as the root user?
-- Parameters: since 1, until.
-- Title: Root user used
-- Level: high
-- Do: Ask who holds the root password and factor. If nobody knows, sign in by the recovery of the account,
-- change both, and look at all that was done from that address.
-- Normal: The few tasks that only root can do, announced, with a second factor.
-- Technique: T1078.004
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('as root, with ', coalesce(user_agent, 'an unknown client')) AS why,
  event_id
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND actor_type = 'Root'
  AND :byhand
  AND kind <> 'service_event'
ORDER BY event_time, event_id
