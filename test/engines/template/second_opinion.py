"""What AWS's own API models, and moto, say of the calls that CloudFormation would make.

Reads from standard input, and writes:
- {"validate": [request…]}: a list of complaints, each {"of", "operation", "path", "problem"};
- {"create": [request…], "region", "account"}: {"created": n, "complaints", "there"}, what moto has then;
- {"actions": ["s3:GetObject"…]}: those of a policy that no service has.

A request is {"of", "service", "operation", "parameters"}, by the names of botocore's models. botocore itself looks at
types, required members and lower bounds; enums, patterns and upper bounds are in its models, and are looked at here.
"""

import io
import json
import sys
import zipfile

import regex
from botocore.loaders import Loader
from botocore.model import ServiceModel

loader = Loader()
models = {}


def shape_of(request):
    service = request["service"]
    if service not in models:
        models[service] = ServiceModel(loader.load_service_model(service, "service-2"), service)
    return models[service].operation_model(request["operation"]).input_shape


def problems_in(value, shape, path):
    """Yields (path, problem) of all that the model of a shape refuses."""
    check = checks.get(shape.type_name)
    if check is None:
        raise NotImplementedError(f"{path}: a shape of type {shape.type_name}")
    yield from check(value, shape, path)


def is_outside(number, metadata):
    return not metadata.get("min", number) <= number <= metadata.get("max", number)


def structure(value, shape, path):
    if not isinstance(value, dict):
        yield path, f"is no structure: {value!r}"
        return
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name}", "is required"
    for name, member in value.items():
        if name in shape.members:
            yield from problems_in(member, shape.members[name], f"{path}.{name}")
        else:
            yield f"{path}.{name}", "is not in the model"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield path, "takes exactly one member"


def list_(value, shape, path):
    if not isinstance(value, list):
        yield path, f"is no list: {value!r}"
        return
    if is_outside(len(value), shape.metadata):
        yield path, f"has {len(value)} members, {bounds(shape)}"
    for index, member in enumerate(value):
        yield from problems_in(member, shape.member, f"{path}.{index}")


def map_(value, shape, path):
    if not isinstance(value, dict):
        yield path, f"is no map: {value!r}"
        return
    if is_outside(len(value), shape.metadata):
        yield path, f"has {len(value)} entries, {bounds(shape)}"
    for name, member in value.items():
        yield from problems_in(name, shape.key, f"{path}.{name}")
        yield from problems_in(member, shape.value, f"{path}.{name}")


# Java writes a character beyond U+FFFF as two.
beyond_basic = r"\uD800\uDC00-\uDBFF\uDFFF"


def string(value, shape, path):
    if not isinstance(value, str):
        yield path, f"is no text: {value!r}"
        return
    if is_outside(len(value), shape.metadata):
        yield path, f"has {len(value)} characters, {bounds(shape)}"
    if shape.enum and value not in shape.enum:
        yield path, f"is {value!r}, not one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    # Some are not anchored, and are meant to match all of it all the same.
    if pattern and not regex.fullmatch(pattern.replace(beyond_basic, "\U00010000-\U0010ffff"), value):
        yield path, f"is {value!r}, not of the form {pattern}"


def number(of):
    def check(value, shape, path):
        if isinstance(value, bool) or not isinstance(value, of):
            yield path, f"is no {shape.type_name}: {value!r}"
        elif is_outside(value, shape.metadata):
            yield path, f"is {value}, {bounds(shape)}"

    return check


def boolean(value, shape, path):
    if not isinstance(value, bool):
        yield path, f"is no boolean: {value!r}"


def bounds(shape):
    return f"allowed are {shape.metadata.get('min', 0)} to {shape.metadata.get('max', 'any')}"


checks = {
    "structure": structure,
    "list": list_,
    "map": map_,
    "string": string,
    "boolean": boolean,
    "integer": number(int),
    "long": number(int),
    "double": number((int, float)),
    "float": number((int, float)),
}


def validate(requests):
    return [
        complaint(request, path.lstrip("."), problem)
        for request in requests
        for path, problem in problems_in(request["parameters"], shape_of(request), "")
    ]


def complaint(request, path, problem):
    operation = f"{request['service']}.{request['operation']}"
    return {"of": request["of"], "operation": operation, "path": path, "problem": problem}


# Actions that are not called like the operation that they allow, by the Service Authorization Reference.
operations = {
    "lambda:InvokeFunction": "Invoke",
    "s3:ListBucket": "ListObjectsV2",
    "s3:ListBucketMultipartUploads": "ListMultipartUploads",
    "s3:ListMultipartUploadParts": "ListParts",
}
# Rights that are no operation of their own: any use of the key, and what Athena does for a person.
rights = {"kms:*", "s3:*"}


def unknown_actions(actions):
    return [action for action in actions if action not in rights and not is_action(action)]


def is_action(action):
    service, name = action.split(":")
    if service not in loader.list_available_services("service-2"):
        return False
    operation = operations.get(action, name)
    return operation in loader.load_service_model(service, "service-2")["operations"]


def create(requests, region, account):
    """Makes the calls, in their order, in a moto that knows nothing yet."""
    import os

    os.environ.update(
        AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        AWS_DEFAULT_REGION=region,
        MOTO_ACCOUNT_ID=account,
    )
    import boto3
    from botocore import xform_name
    from moto import mock_aws

    complaints = []
    created = 0
    with mock_aws():
        put_artifact(boto3.client("s3"), region)
        for request in requests:
            client = boto3.client(request["service"])
            parameters = request["parameters"]
            if request["operation"] == "CreateBucket":
                parameters = {
                    **parameters,
                    "CreateBucketConfiguration": {"LocationConstraint": region},
                }
            try:
                getattr(client, xform_name(request["operation"]))(**parameters)
                created += 1
            except Exception as error:  # moto's own errors and its failures alike
                complaints.append(complaint(request, "", f"{type(error).__name__}: {error}"))
        return {"created": created, "complaints": complaints, "there": what_is_there(boto3)}


def put_artifact(s3, region):
    """What SAM would have built."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handlers/transform.mjs", "export const handler = () => {};")
    s3.create_bucket(
        Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": region}
    )
    s3.put_object(Bucket="artifacts", Key="function.zip", Body=code.getvalue())


def what_is_there(boto3):
    """Reads back what was made, as another client of the account would see it."""
    streams = boto3.client("firehose").list_delivery_streams()["DeliveryStreamNames"]
    described = [
        boto3.client("firehose").describe_delivery_stream(DeliveryStreamName=name) for name in streams
    ]
    glue = boto3.client("glue")
    databases = [database["Name"] for database in glue.get_databases()["DatabaseList"]]
    alarms = boto3.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    events = boto3.client("events")
    buses = [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
    return {
        "prefixes": [
            stream["DeliveryStreamDescription"]["Destinations"][0]["ExtendedS3DestinationDescription"][
                "Prefix"
            ]
            for stream in described
        ],
        "tables": sorted(
            table["Name"]
            for database in databases
            for table in glue.get_tables(DatabaseName=database)["TableList"]
        ),
        "alarms": sorted(alarm["AlarmName"] for alarm in alarms),
        "targets": sorted(
            target["Arn"]
            for bus in buses
            for rule in events.list_rules(EventBusName=bus)["Rules"]
            for target in events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
        ),
    }


asked = json.load(sys.stdin)
if "validate" in asked:
    answer = validate(asked["validate"])
elif "actions" in asked:
    answer = unknown_actions(asked["actions"])
else:
    answer = create(asked["create"], asked["region"], asked["account"])
json.dump(answer, sys.stdout)
