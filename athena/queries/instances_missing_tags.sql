-- Which instances of recent events lack a tag that says who pays for them?
-- Parameters: since 30, until, instance, account, region.
-- Change: the tags `team` and `env`, if yours have other names (in both places).
WITH latest AS (
  SELECT
    account,
    region,
    instance_id,
    max(event_time) AS last_time,
    max_by(tags, event_time) AS tags,
    max_by(coalesce(event_name, detail_type), event_time) AS last_event,
    max_by(coalesce(actor_session_name, actor_name, actor_type), event_time) AS last_actor
  FROM instance_events
  WHERE source IN ('aws.ec2', 'aws.autoscaling', 'aws.tag', 'other')
    AND day >= :since
    AND day <= :until
    AND instance_id = :instance
    AND account = :account
    AND region = :region
    -- Anybody's event may name an instance, and would be the last.
    AND event_source IN ('aws.ec2', 'aws.autoscaling', 'aws.tag')
    -- Looked up, so that a tag that is not there is known not to be there.
    AND tag_status IN ('found', 'none')
    -- A call that failed may name an instance that nobody has.
    AND coalesce(outcome, 'success') = 'success'
  GROUP BY account, region, instance_id
)
SELECT
  instance_id,
  element_at(tags, 'Name') AS instance,
  concat_ws(
    ', ',
    CASE WHEN element_at(tags, 'team') IS NULL THEN 'team' END,
    CASE WHEN element_at(tags, 'env') IS NULL THEN 'env' END
  ) AS missing,
  last_time,
  last_event,
  last_actor,
  account,
  region
FROM latest
WHERE element_at(tags, 'team') IS NULL OR element_at(tags, 'env') IS NULL
ORDER BY last_time, instance_id
