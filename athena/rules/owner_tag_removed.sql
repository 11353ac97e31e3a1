-- Who took the tag `team` or `env` from an instance?
-- Parameters: since 1, until.
-- Title: Tag of owner or environment taken from an instance
-- Level: low
-- Do: Tag it again, as rules that go by tags do not see the instance any more.
-- Normal: A change of the scheme of tags.
-- Technique: T1562
SELECT
  event_time AS finding_time,
  :who AS who,
  event_name AS what,
  :place AS place,
  concat('from ', instance_id) AS why,
  event_id
FROM instance_events
WHERE source IN ('aws.ec2', 'other')
  AND day >= :since
  AND day <= :until
  AND event_name = 'DeleteTags'
  AND outcome = 'success'
  AND :byhand
  AND regexp_like(request_parameters, '"key":"(team|env|environment|owner)"')
ORDER BY event_time, instance_id
