-- Who changed the tags of what, and what are they now?
-- Change: the days. The calls say who; `Tag Change on Resource`, which follows, says all tags.
SELECT
  event_time,
  coalesce(actor_session_name, actor_name) AS who,
  CASE WHEN kind IN ('event', 'state_change', 'tag_change') THEN detail_type ELSE event_name END AS event,
  coalesce(
    json_extract_scalar(request_parameters, '$.resourcesSet.items[0].resourceId'),
    element_at(resources, 1).arn
  ) AS resource,
  coalesce(
    json_format(json_extract(request_parameters, '$.tagSet.items')),
    json_format(json_extract(detail, '$.tags'))
  ) AS tags
FROM unique_events
WHERE source IN ('aws.ec2', 'aws.tag', 'other')
  AND day >= date_format(current_date - INTERVAL '7' DAY, '%Y-%m-%d')
  AND (kind = 'tag_change' OR (event_name IN ('CreateTags', 'DeleteTags') AND outcome = 'success'))
ORDER BY event_time, event
