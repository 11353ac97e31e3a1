-- Which instances were there, and how much happened to each? The 500 that most happened to.
SELECT
  instance_id,
  max_by(account, event_time) AS account,
  max_by(region, event_time) AS region,
  count(*) AS events,
  min(event_time) AS first_time,
  max(event_time) AS last_time,
  max_by(tags, CASE WHEN tag_status = 'found' THEN event_time END) AS tags,
  -- How many there are in all.
  count(*) OVER () AS of_all
FROM instance_events
WHERE day BETWEEN :since AND :until
  AND account IN (:accounts)
  -- A call that failed may name an instance that nobody has.
  AND coalesce(outcome, 'success') = 'success'
GROUP BY instance_id
ORDER BY events DESC, instance_id
LIMIT 500
