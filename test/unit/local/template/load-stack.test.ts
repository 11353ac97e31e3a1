import { describe, expect, test } from '@jest/globals';
import { functionBuilds } from '../../../../local/template/function-builds.ts';
import { loadStack } from '../../../../local/template/load-stack.ts';
import { parseTemplate } from '../../../../local/template/read-template.ts';

describe('loadStack', () => {
  test('gives the stream with its destination, named as CloudFormation would name it', () => {
    const { stream } = loadStack({ parameters: { DeliverySeconds: 60 }, account: '111122223333' });

    expect(stream.logicalId).toBe('Stream');
    expect(stream.name).toBe('eventlake-Stream');
    expect(stream.arn).toBe(
      'arn:aws:firehose:eu-west-1:111122223333:deliverystream/eventlake-Stream',
    );
    expect(stream.properties.ExtendedS3DestinationConfiguration).toMatchObject({
      BucketARN: 'arn:aws:s3:::eventlake-bucket',
      BufferingHints: { SizeInMBs: 64, IntervalInSeconds: 60 },
      CompressionFormat: 'GZIP',
    });
  });

  test('gives the function as it has to be run', () => {
    const { functions } = loadStack({ parameters: { MaxDaysLate: 3, LogLevel: 'WARN' } });

    expect(functions).toHaveLength(1);
    expect(functions[0]).toMatchObject({
      logicalId: 'TransformFunction',
      handler: { file: 'handlers/transform.ts', export: 'handler' },
      bundle: 'transform.mjs',
      memoryMb: 512,
      timeoutSeconds: 120,
    });
    expect(functions[0]?.environment).toMatchObject({
      MAX_DAYS_LATE: '3',
      POWERTOOLS_LOG_LEVEL: 'WARN',
      OWN_ROLE: 'eventlake-TransformRole',
      AWS_ENDPOINT_URL_EC2: '',
    });
  });

  test('gives the nested stack with the parameters that it is given', () => {
    const { lake } = loadStack({
      parameters: { DatabaseName: 'audit', RetiredSources: 'aws.old' },
    });

    expect(lake.outputs).toMatchObject({ DatabaseName: 'audit', EventsView: 'events' });
    expect(lake.resources.EventsJsonTable?.Properties).toMatchObject({
      DatabaseName: 'audit',
      TableInput: {
        Parameters: {
          'projection.source.values': expect.stringMatching(/^aws\.apigateway,.*,other,aws\.old$/),
          'storage.location.template':
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena's own.
            's3://eventlake-bucket/events/json/source=${source}/day=${day}/',
        },
      },
    });
  });

  test('is the same every time', () => {
    expect(loadStack()).toEqual(loadStack());
  });

  test('refuses a value that the template does not allow', () => {
    expect(() => loadStack({ parameters: { DeliverySeconds: 30 } })).toThrow(
      'Parameter DeliverySeconds is "30", but has to be at least 60',
    );
  });
});

describe('functionBuilds', () => {
  const builds = (metadata: string, handler = 'handlers/a.run') =>
    functionBuilds(
      parseTemplate(
        `Resources: { F: { Type: "AWS::Serverless::Function", Properties: { Handler: ${handler} }, Metadata: ${metadata} } }`,
        'test.yaml',
      ),
    );

  test('names the bundle by the extension that is asked for', () => {
    const metadata =
      '{ BuildMethod: esbuild, BuildProperties: { EntryPoints: [handlers/a.ts], OutExtension: [.js=.mjs] } }';

    expect(builds(metadata)).toMatchObject([
      { handler: { file: 'handlers/a.ts', export: 'run' }, bundle: 'a.mjs' },
    ]);
    expect(builds(metadata.replace(', OutExtension: [.js=.mjs]', ''))).toMatchObject([
      { bundle: 'a.js' },
    ]);
  });

  test.each([
    ['{}', 'Resources.F.Metadata.BuildMethod: is not esbuild'],
    ['{ BuildMethod: esbuild }', 'Resources.F.Metadata.BuildProperties: holds anything but'],
    [
      '{ BuildMethod: esbuild, BuildProperties: { EntryPoints: [a.ts], Target: 24 } }',
      'Resources.F.Metadata.BuildProperties: holds anything but',
    ],
    [
      '{ BuildMethod: esbuild, BuildProperties: { EntryPoints: [b.ts] } }',
      'Resources.F.Properties.Handler: handlers/a.run is in none of the EntryPoints',
    ],
  ])('refuses %s', (metadata, message) => {
    expect(() => builds(metadata)).toThrow(message);
  });
});
