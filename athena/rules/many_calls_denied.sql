-- Who was denied ten different calls or more within an hour?
-- Parameters: since 1, until.
-- Title: Many different calls denied
-- Level: medium
-- Do: Ask the actor. Somebody who tries out what a stolen key may do looks like this.
-- Normal: A new role that lacks permissions, in its first days; scanners that you run.
-- Technique: T1580
SELECT
  min(event_time) AS finding_time,
  :who AS who,
  'denied calls' AS what,
  concat(account, ' ', coalesce(min(source_ip), '')) AS place,
  concat(CAST(count(DISTINCT event_name) AS varchar), ' different calls, ', CAST(count(*) AS varchar), ' in all, denied within an hour') AS why,
  min_by(event_id, event_time) AS event_id
FROM unique_events
WHERE day >= :since
  AND day <= :until
  AND :denied
  AND :byhand
GROUP BY :who, account, date_trunc('hour', event_time)
HAVING count(DISTINCT event_name) >= 10
ORDER BY 1, 6
