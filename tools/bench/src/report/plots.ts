/** Plots as SVG, drawn by vega-lite. They are read on light and on dark pages, so they bring their own paper. */
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { BarPlot, LinePlot, Plot, StackPlot } from '../result.js';

const WIDTH = 480;
const BAR_STEP = 30;
const BLUE = '#0072b2';

/** Colours that people with any vision can tell apart (Okabe and Ito), darker first. */
const COLOURS = [BLUE, '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999', '#000000'];

const COMMON = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  background: 'white',
  padding: 12,
  width: WIDTH,
  config: {
    font: 'system-ui, sans-serif',
    title: { anchor: 'start', fontSize: 15 },
    axis: { labelFontSize: 12, titleFontSize: 12, labelLimit: 300 },
    legend: { labelLimit: 300, orient: 'bottom', columns: 3, title: null },
    range: { category: COLOURS },
  },
} satisfies Partial<TopLevelSpec>;

/** One plot. */
export async function renderPlotSvg(plot: Plot): Promise<string> {
  const view = new View(parse(compile(specOf(plot)).spec), { renderer: 'none' });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}

function specOf(plot: Plot): TopLevelSpec {
  switch (plot.kind) {
    case 'bars':
      return barSpec(plot);
    case 'stack':
      return stackSpec(plot);
    case 'lines':
      return lineSpec(plot);
  }
}

/** In the order of the rows, from the top. */
const BAR_LABELS = { field: 'label', type: 'nominal', sort: null, title: null } as const;

/** Each bar with its median as text, and a line from the first to the third quartile. */
function barSpec({ title, unit, bars }: BarPlot): TopLevelSpec {
  const values = bars.map((bar) => ({ low: bar.value, high: bar.value, ...bar }));
  return {
    ...COMMON,
    title,
    height: { step: BAR_STEP },
    data: { values },
    encoding: { y: BAR_LABELS },
    layer: [
      {
        mark: { type: 'bar', color: BLUE },
        encoding: { x: { field: 'value', type: 'quantitative', title: unit } },
      },
      {
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 6 },
        encoding: {
          x: { field: 'high', type: 'quantitative' },
          text: { field: 'value', type: 'quantitative', format: '.3~s' },
        },
      },
    ],
  };
}

function stackSpec({ title, unit, parts, bars }: StackPlot): TopLevelSpec {
  const values = bars.flatMap(({ label, values: pieces }) =>
    parts.map((part, order) => ({ label, part, order, value: pieces[order] ?? 0 })),
  );
  return {
    ...COMMON,
    title,
    height: { step: BAR_STEP },
    data: { values },
    mark: 'bar',
    encoding: {
      y: BAR_LABELS,
      x: { field: 'value', type: 'quantitative', aggregate: 'sum', title: unit },
      color: { field: 'part', type: 'nominal', sort: [...parts] },
      order: { field: 'order', type: 'ordinal' },
    },
  };
}

function lineSpec({ title, xLabel, yLabel, lines }: LinePlot): TopLevelSpec {
  const values = lines.flatMap(({ label, points }) => points.map(([x, y]) => ({ label, x, y })));
  const colour = { field: 'label', type: 'nominal', sort: lines.map(({ label }) => label) } as const;
  return {
    ...COMMON,
    title,
    height: 260,
    data: { values },
    mark: 'line',
    encoding: {
      x: { field: 'x', type: 'quantitative', title: xLabel },
      y: { field: 'y', type: 'quantitative', title: yLabel },
      ...(lines.length > 1 ? { color: colour } : {}),
    },
  };
}
