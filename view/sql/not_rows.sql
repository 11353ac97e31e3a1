-- What did not become a row, and why? The latest 200 reasons. Records have no account before they are read.
SELECT
  day,
  type,
  coalesce(errorcode, lasterrorcode) AS error_code,
  coalesce(errormessage, lasterrormessage) AS error_message,
  count(*) AS records,
  count(*) OVER () AS of_all
FROM failures
WHERE day BETWEEN :since AND :until
GROUP BY day, type, coalesce(errorcode, lasterrorcode), coalesce(errormessage, lasterrormessage)
ORDER BY day DESC, records DESC, error_code, error_message
LIMIT 200
