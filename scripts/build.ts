import { relative } from 'node:path';
import { build, isBuildFailure } from '../local/build.ts';
import { TemplateError } from '../local/template/read-template.ts';
import { assetFile, buildPage } from '../view/build.ts';
import { argumentsOf } from './arguments.ts';

const usage = `Usage: npm run build

Bundles the functions of template.yaml into dist/, as \`sam build\` does, and the page of \`eventlake view\`.
`;

argumentsOf(usage, { options: {} });
try {
  for (const { file, bytes, exports } of await build()) {
    const size = `${(bytes / 1024).toFixed(0)} KB`;
    console.log(
      `${relative(process.cwd(), file)}  ${size} at start, exports ${exports.join(', ')}`,
    );
  }
  const { script, style } = await buildPage();
  const size = `${((script.length + style.length) / 1024).toFixed(0)} KB`;
  console.log(`${relative(process.cwd(), assetFile)}  ${size}, in every page`);
} catch (error) {
  // What is wrong with a source or a template says so itself; of anything else the stack tells more.
  if (!(error instanceof TemplateError || isBuildFailure(error))) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
