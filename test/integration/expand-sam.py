"""Expands a SAM template (JSON on stdin) with SAM's own translator, aws-sam-translator."""

import json
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samtranslator.translator.transform import transform  # noqa: E402


class NoManagedPolicies:
    def load(self):
        return {}


template = json.load(sys.stdin)
for resource in template["Resources"].values():
    properties = resource.get("Properties", {})
    # What `sam package` would have put there.
    if resource["Type"] == "AWS::Serverless::Function":
        properties["CodeUri"] = "s3://bucket/key"
    if resource["Type"] == "AWS::Serverless::Application":
        properties["Location"] = "https://bucket.s3.amazonaws.com/key"
json.dump(transform(template, {}, NoManagedPolicies()), sys.stdout)
