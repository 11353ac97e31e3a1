import type { LookUp } from './look-up.ts';

/** The look-up by the EC2 API, whose client is loaded on first need and then kept. */
export function ec2LookUp(): LookUp {
  let loaded: Promise<LookUp> | undefined;
  const load = () => {
    loaded ??= import('./ec2.ts').then(({ createEc2LookUp }) => createEc2LookUp());
    return loaded;
  };
  return {
    ofIds: async (...question) => (await load()).ofIds(...question),
    ofAll: async (...question) => (await load()).ofAll(...question),
  };
}
