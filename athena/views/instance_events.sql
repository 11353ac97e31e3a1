-- One row for each EC2 instance of each event, with the instance's state and tags as they were then.
-- Filter by source and day first.
SELECT
  event_time,
  CAST(element_at(instances, n).instance_id AS varchar) AS instance_id,
  CAST(element_at(instances, n).state AS varchar) AS state,
  CAST(element_at(instances, n).previous_state AS varchar) AS previous_state,
  CAST(element_at(instances, n).tags AS map(varchar, varchar)) AS tags,
  CAST(element_at(instances, n).tag_status AS varchar) AS tag_status,
  CAST(element_at(instances, n).tag_source AS varchar) AS tag_source,
  CAST(element_at(instances, n).tag_time AS timestamp(3)) AS tag_time,
  kind,
  detail_type,
  event_source,
  event_name,
  outcome,
  error_code,
  error_message,
  actor_type,
  actor_name,
  actor_session_name,
  actor_arn,
  actor_invoked_by,
  source_ip,
  account,
  region,
  event_id,
  arrival_time,
  instance_count,
  request_parameters,
  response_elements,
  detail,
  source,
  day
FROM unique_events
CROSS JOIN UNNEST(sequence(1, greatest(cardinality(instances), 1))) AS t(n)
WHERE n <= cardinality(instances)
