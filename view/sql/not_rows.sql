-- What did not become a row, and why? The latest 200 reasons. Records have no account before they are read.
SELECT
  day,
  type,
  coalesce(errorcode, lasterrorcode) AS error_code,
  coalesce(errormessage, lasterrormessage) AS error_message,
  count(*) AS records,
  count(*) OVER () AS of_all
FROM failures
-- By the day on which they arrived, which has nothing to do with those of the events.
WHERE type IS NOT NULL
  AND day >= :askedsince
  AND day <= :askeduntil
GROUP BY day, type, coalesce(errorcode, lasterrorcode), coalesce(errormessage, lasterrormessage)
ORDER BY day DESC, records DESC, error_code, error_message
LIMIT 200
