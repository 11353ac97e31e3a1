-- Every event as one row, in whatever form it is stored. Filter by source and day first.
SELECT * FROM events_json
UNION ALL
SELECT * FROM events_parquet
