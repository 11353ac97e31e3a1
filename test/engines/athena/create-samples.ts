import { createSamples } from './lake.ts';

// A program of its own: what Jest loads for a setup may have no module with a top-level await.
const [url = '', warehouse = ''] = process.argv.slice(2);
await createSamples({ url, warehouse });
