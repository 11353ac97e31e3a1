# The blueprint in Python with orjson: reads invocations, one a line, and prints microseconds of CPU an event of each round.
import base64, gzip, json, sys, time
import orjson

rounds = int(sys.argv[1])
batches = [json.loads(line)["records"] for line in sys.stdin]


def transform(records):
    events = 0
    for record in records:
        data = base64.b64decode(record["data"])
        if data[:2] == b"\x1f\x8b":
            found = orjson.loads(gzip.decompress(data))["Records"]
            base64.b64encode(b"".join(orjson.dumps(event) + b"\n" for event in found)).decode()
            events += len(found)
        else:
            base64.b64encode(orjson.dumps(orjson.loads(data)) + b"\n").decode()
            events += 1
    return events


times = []
for _ in range(rounds):
    start, events = time.process_time(), 0
    for records in batches:
        events += transform(records)
    times.append((time.process_time() - start) * 1e6 / events)
print(json.dumps(times))
