-- API calls and other CloudTrail records, with the columns of a CloudTrail Lake event data store in name
-- and order, so that queries written for one run here: replace its id by `cloudtrail_lake`. Types are
-- Lake's too, but for times, which are text, `yyyy-MM-dd HH:mm:ss.SSS`, as Lake's queries compare them with
-- texts. `event_time` has the time as a timestamp. A filter on `eventtime` reads every day: filter by `day`
-- and `source` as well. Insights records are left out: Lake keeps them in stores of their own.
SELECT
  event_version AS eventversion,
  TRY(CAST(json_parse(identity) AS row(
    type varchar,
    principalid varchar,
    arn varchar,
    accountid varchar,
    accesskeyid varchar,
    username varchar,
    sessioncontext row(
      attributes row(creationdate varchar, mfaauthenticated varchar),
      sessionissuer row(type varchar, principalid varchar, arn varchar, accountid varchar, username varchar),
      webidfederationdata row(federatedprovider varchar, attributes map(varchar, varchar)),
      sourceidentity varchar,
      ec2roledelivery varchar,
      ec2issuedinvpc varchar
    ),
    onbehalfof row(userid varchar, identitystorearn varchar),
    inscopeof row(sourcearn varchar, sourceaccount varchar, issuertype varchar, credentialsissuedto varchar),
    invokedby varchar,
    identityprovider varchar
  ))) AS useridentity,
  CAST(substr(date_format(event_time, '%Y-%m-%d %H:%i:%s.%f'), 1, 23) AS varchar) AS eventtime,
  api_service AS eventsource,
  event_name AS eventname,
  region AS awsregion,
  source_ip AS sourceipaddress,
  user_agent AS useragent,
  error_code AS errorcode,
  error_message AS errormessage,
  MAP_OF(request_parameters) AS requestparameters,
  MAP_OF(response_elements) AS responseelements,
  MAP_OF(additional_event_data) AS additionaleventdata,
  request_id AS requestid,
  event_id AS eventid,
  read_only AS readonly,
  CAST(transform(resources, r -> ROW(r.account, r.type, r.arn, CAST(NULL AS varchar))) AS array(row(accountid varchar, type varchar, arn varchar, arnprefix varchar))) AS resources,
  event_type AS eventtype,
  api_version AS apiversion,
  management_event AS managementevent,
  recipient_account AS recipientaccountid,
  shared_event_id AS sharedeventid,
  CAST(json_extract_scalar(patch, '$.annotation') AS varchar) AS annotation,
  vpc_endpoint_id AS vpcendpointid,
  vpc_endpoint_account AS vpcendpointaccountid,
  MAP_OF(service_event_details) AS serviceeventdetails,
  MAP_OF(addendum) AS addendum,
  MAP_OF(edge_device_details) AS edgedevicedetails,
  MAP_OF(insight_details) AS insightdetails,
  event_category AS eventcategory,
  TRY(CAST(json_parse(tls_details) AS row(
    tlsversion varchar,
    ciphersuite varchar,
    clientprovidedhostheader varchar
  ))) AS tlsdetails,
  session_credential_from_console AS sessioncredentialfromconsole,
  CAST(coalesce(PATCHED(record, patch), record) AS varchar) AS eventjson,
  CAST(NULL AS varchar) AS eventjsonchecksum,
  TRY(CAST(json_parse(context) AS row(
    requestcontext row(conditionkeys map(varchar, varchar)),
    tagcontext row(
      resourcetags array(row(arn varchar, tags map(varchar, varchar))),
      principaltags map(varchar, varchar)
    )
  ))) AS eventcontext,
  event_time,
  source,
  day
FROM (
  SELECT
    events.*,
    -- A time in Lake's form, as every other one.
    regexp_replace(
      user_identity,
      '("creationDate":"\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z"',
      '$1 $2.000"'
    ) AS identity,
    -- In TRY, as DuckDB takes no lone surrogates.
    TRY(CASE event_format
      WHEN 'cloudtrail' THEN json_parse(unmapped)
      ELSE json_extract(unmapped, '$.detail')
    END) AS patch,
    -- Rows that were written before there was the column have it in `unmapped`.
    coalesce(event_context, TRY(json_format(CASE event_format
      WHEN 'cloudtrail' THEN json_extract(unmapped, '$.eventContext')
      ELSE json_extract(unmapped, '$.detail.eventContext')
    END))) AS context,
    RECORD_TEXT() AS record
  FROM events
  WHERE kind IN ('api_call', 'sign_in', 'console_action', 'service_event', 'network_activity')
) AS events
