-- How many signed in to the console on each day, how many without a second factor, and how many failed?
-- Of a federated user it is the identity provider that asks for a second factor: 'not said'.
SELECT
  day,
  CASE
    WHEN outcome = 'failure' THEN 'failed'
    WHEN json_extract_scalar(additional_event_data, '$.MFAUsed') = 'Yes' THEN 'with MFA'
    WHEN json_extract_scalar(additional_event_data, '$.MFAUsed') = 'No' AND actor_type IN ('IAMUser', 'Root')
      THEN 'without MFA'
    ELSE 'MFA not said'
  END AS result,
  count(*) AS sign_ins,
  count_if(actor_type = 'Root') AS as_root
FROM unique_events
WHERE day BETWEEN :since AND :until
  AND account IN (:accounts)
  AND kind = 'sign_in'
GROUP BY 1, 2
ORDER BY 1, 2
