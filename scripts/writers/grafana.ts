import { grafanaDashboard } from '../../dashboards/grafana.ts';
import type { Writer } from '../writer.ts';

/** dashboards/grafana.json */
export const grafana: Writer = {
  makes: 'the dashboard for Grafana',
  from: 'dashboards/grafana.ts and view/sql/',
  files: async () => [
    {
      path: 'dashboards/grafana.json',
      text: `${JSON.stringify(grafanaDashboard(), null, 2)}\n`,
    },
  ],
};
