-- What was done to each instance, by whom and from where, and what was announced? Of the 500 instances
-- that most happened to, the latest 100 calls that change something, changes of tags, and notices of each.
WITH :busiest,
marks AS (
  SELECT
    event_time,
    instance_id,
    CASE
      WHEN kind = 'tag_change' OR event_name IN ('CreateTags', 'DeleteTags') THEN 'tags'
      WHEN outcome IS NULL THEN 'notice'
      ELSE 'call'
    END AS mark,
    coalesce(event_name, detail_type) AS what,
    coalesce(actor_session_name, actor_name, actor_type) AS who,
    source_ip,
    outcome,
    error_code,
    event_id,
    row_number() OVER (PARTITION BY instance_id ORDER BY event_time DESC, event_id) AS back,
    count(*) OVER (PARTITION BY instance_id) AS of_all
  FROM instance_events
  WHERE day BETWEEN :since AND :until
    AND account IN (:accounts)
    AND instance_id IN (SELECT instance_id FROM chosen)
    AND coalesce(detail_type, '') <> 'EC2 Instance State-change Notification'
    -- What only reads changes nothing.
    AND NOT regexp_like(coalesce(event_name, ''), '^(Describe|Get|List|Search)')
)
SELECT event_time, instance_id, mark, what, who, source_ip, outcome, error_code, event_id, of_all
FROM marks
WHERE back <= 100
ORDER BY instance_id, event_time, event_id
