-- Every event as one row, whatever form it is stored in. Filter by source and day first.
SELECT * FROM events_json
UNION ALL
SELECT * FROM events_parquet
