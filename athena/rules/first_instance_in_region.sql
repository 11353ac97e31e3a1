-- Did an account start an instance in a Region in which it had no call in the thirty days before?
-- Parameters: since 1, until.
-- Title: Instance started in a Region that was never used
-- Level: high
-- Do: Ask the actor. Stop the instances, and look into every other Region for the same.
-- Normal: A new Region, announced.
-- Technique: T1535
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  'no call of this account in this Region in the thirty days before' AS why,
  event_id
FROM unique_events
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND event_name = 'RunInstances'
  AND outcome = 'success'
  -- An account of which nothing is known yet has no Region that is new to it.
  AND concat(account, ' ', day) IN (
    SELECT concat(later.account, ' ', later.day)
    FROM (
      SELECT DISTINCT account, day
      FROM events
      WHERE day >= :since
        AND day <= :until
        AND event_name = 'RunInstances'
        AND account IS NOT NULL
    ) AS later
    JOIN (
      SELECT DISTINCT account, day
      FROM events
      WHERE day >= :since - 30 days
        AND day <= :until
        AND kind = 'api_call'
    ) AS earlier
      ON earlier.account = later.account
      AND earlier.day < later.day
  )
  AND concat(account, ' ', region, ' ', day) NOT IN (
    SELECT concat(later.account, ' ', later.region, ' ', later.day)
    FROM (
      SELECT DISTINCT account, region, day
      FROM events
      WHERE day >= :since
        AND day <= :until
        AND event_name = 'RunInstances'
        AND account IS NOT NULL
        AND region IS NOT NULL
    ) AS later
    JOIN (
      SELECT DISTINCT account, region, day
      FROM events
      WHERE day >= :since - 30 days
        AND day <= :until
        AND kind = 'api_call'
        AND outcome = 'success'
    ) AS earlier
      ON earlier.account = later.account
      AND earlier.region = later.region
      AND earlier.day < later.day
  )
ORDER BY event_time, event_id
