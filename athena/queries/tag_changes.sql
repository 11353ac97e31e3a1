-- Who changed the tags of which resource, and what are its tags now?
-- Parameters: since 7, until, actor, account, region.
-- Note: Calls of EC2 say who set or removed which tags; the `Tag Change on Resource` that follows has all
-- tags of the resource.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name, actor_type) AS who,
  coalesce(event_name, detail_type) AS event,
  coalesce(
    -- One call may name many.
    array_join(regexp_extract_all(request_parameters, '"resourceId"\s*:\s*"([^"]*)"', 1), ', '),
    element_at(resources, 1).arn
  ) AS on_what,
  CASE WHEN event_name = 'CreateTags' THEN json_format(json_extract(request_parameters, '$.tagSet.items')) END AS tags_set,
  CASE WHEN event_name = 'DeleteTags' THEN json_format(json_extract(request_parameters, '$.tagSet.items')) END AS tags_removed,
  json_format(json_extract(detail, '$.tags')) AS tags_now
FROM unique_events
WHERE source IN ('aws.ec2', 'aws.tag', 'other')
  AND day >= :since
  AND day <= :until
  AND :actor IN (actor_name, actor_session_name, actor_arn)
  AND account = :account
  AND region = :region
  AND (
    kind = 'tag_change'
    -- Other services have calls of these names, too.
    OR (event_source = 'aws.ec2' AND event_name IN ('CreateTags', 'DeleteTags') AND outcome = 'success')
  )
ORDER BY event_time, event
