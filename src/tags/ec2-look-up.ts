import { loadOnce } from '../load-once.ts';
import type { LookUp } from './look-up.ts';

/** The look-up by the EC2 API, whose client is loaded on first need and then kept. */
export function ec2LookUp(): LookUp {
  const load = loadOnce(async () => (await import('./ec2.ts')).createEc2LookUp());
  return {
    ofIds: async (...question) => (await load()).ofIds(...question),
    ofAll: async (...question) => (await load()).ofAll(...question),
  };
}
