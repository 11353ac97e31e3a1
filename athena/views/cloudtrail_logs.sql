-- API calls and other CloudTrail records, with the columns of AWS's own CloudTrail table in name, type
-- and order, so that queries written for that table run here. After them come the partition columns by
-- which such queries filter, made from `day`. Insights records are left out, as they are there.
-- `useridentity`, `addendum` and `tlsdetails` are NULL as a whole if one value in them does not fit.
SELECT
  event_version AS eventversion,
  TRY(CAST(json_parse(user_identity) AS row(
    type varchar,
    principalid varchar,
    arn varchar,
    accountid varchar,
    invokedby varchar,
    accesskeyid varchar,
    username varchar,
    onbehalfof row(userid varchar, identitystorearn varchar),
    sessioncontext row(
      attributes row(mfaauthenticated varchar, creationdate varchar),
      sessionissuer row(type varchar, principalid varchar, arn varchar, accountid varchar, username varchar),
      ec2roledelivery varchar,
      webidfederationdata row(federatedprovider varchar, attributes map(varchar, varchar))
    )
  ))) AS useridentity,
  CAST(date_format(event_time, '%Y-%m-%dT%H:%i:%sZ') AS varchar) AS eventtime,
  api_service AS eventsource,
  event_name AS eventname,
  region AS awsregion,
  source_ip AS sourceipaddress,
  user_agent AS useragent,
  error_code AS errorcode,
  error_message AS errormessage,
  request_parameters AS requestparameters,
  response_elements AS responseelements,
  additional_event_data AS additionaleventdata,
  request_id AS requestid,
  event_id AS eventid,
  CAST(resources AS array(row(arn varchar, accountid varchar, type varchar))) AS resources,
  event_type AS eventtype,
  api_version AS apiversion,
  CAST(read_only AS varchar) AS readonly,
  recipient_account AS recipientaccountid,
  service_event_details AS serviceeventdetails,
  shared_event_id AS sharedeventid,
  vpc_endpoint_id AS vpcendpointid,
  vpc_endpoint_account AS vpcendpointaccountid,
  event_category AS eventcategory,
  TRY(CAST(json_parse(addendum) AS row(
    reason varchar,
    updatedfields varchar,
    originalrequestid varchar,
    originaleventid varchar
  ))) AS addendum,
  session_credential_from_console AS sessioncredentialfromconsole,
  edge_device_details AS edgedevicedetails,
  TRY(CAST(json_parse(tls_details) AS row(
    tlsversion varchar,
    ciphersuite varchar,
    clientprovidedhostheader varchar
  ))) AS tlsdetails,
  region,
  account,
  CAST(substr(day, 1, 4) AS varchar) AS year,
  CAST(substr(day, 6, 2) AS varchar) AS month,
  CAST(substr(day, 9, 2) AS varchar) AS day,
  CAST(replace(day, '-', '/') AS varchar) AS "timestamp",
  account AS account_partition,
  region AS region_partition,
  CAST(replace(day, '-', '/') AS varchar) AS date_partition,
  source,
  day AS event_day
FROM events
WHERE kind IN ('api_call', 'sign_in', 'console_action', 'service_event', 'network_activity')
