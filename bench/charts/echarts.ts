import { CustomChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { refuseMarkup } from '../../view/page/trusted.ts';
import { sample, tryOut } from './sample.ts';

use([
  CustomChart,
  ScatterChart,
  DataZoomComponent,
  GridComponent,
  TooltipComponent,
  CanvasRenderer,
]);
refuseMarkup();
const { bars, marks, start, end } = sample();
const colours: Record<string, string> = {
  pending: '#E69F00',
  running: '#0072B2',
  stopping: '#CC79A7',
  stopped: '#8C8C8C',
};
const chart = init(document.getElementById('picture') as HTMLElement);
chart.setOption({
  animation: false,
  xAxis: { type: 'time', min: start, max: end },
  yAxis: { type: 'value', inverse: true, min: 0, max: 300 },
  tooltip: { renderMode: 'richText' },
  series: [
    {
      type: 'custom',
      clip: true,
      progressive: 0,
      encode: { x: [1, 2], y: 0 },
      data: bars.map(({ lane, from, until }) => [lane, from, until]),
      renderItem: (
        params: { dataIndex: number },
        api: { coord(v: number[]): number[]; value(at: number): number },
      ) => {
        const [left = 0, top = 0] = api.coord([api.value(1), api.value(0)]);
        const [right = 0, bottom = 0] = api.coord([api.value(2), api.value(0) + 0.8]);
        return {
          type: 'rect',
          shape: { x: left, y: top, width: Math.max(1, right - left), height: bottom - top },
          style: { fill: colours[bars[params.dataIndex]?.state ?? ''] },
        };
      },
    },
    {
      type: 'scatter',
      progressive: 0,
      symbolSize: 6,
      data: marks.map(({ lane, time }) => [time, lane + 0.4]),
    },
  ],
} as Parameters<typeof chart.setOption>[0]);
void tryOut(start, (from) => {
  chart.setOption({ xAxis: { min: from } });
  chart.getZr().flush();
});
