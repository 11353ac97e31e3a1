-- How many changes of identity and of the network were made on each day, and how many failed?
SELECT
  day,
  CASE WHEN event_source = 'aws.ec2' THEN 'network' ELSE 'identity' END AS area,
  count(*) AS changes,
  count_if(outcome = 'failure') AS failures
:fromchanges
GROUP BY 1, 2
ORDER BY 1, 2
