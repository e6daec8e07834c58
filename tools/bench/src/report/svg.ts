/** Elements of SVG. Plots are plain: they must be read on light and on dark pages, so they bring their own paper. */

/** Colours that people with any vision can tell apart (Okabe and Ito), darker first. */
const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#999999',
  '#000000',
] as const;

/** Width of every plot, in pixels. */
export const WIDTH = 760;

/** An element with its attributes; children are SVG. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(rounded(value))}"`);
  return `<${name}${list.join('')}${children.length === 0 ? '/>' : `>${children.join('')}</${name}>`}`;
}

/** Text at a place. */
export function label(
  x: number,
  y: number,
  text: string,
  more: Readonly<Record<string, string | number>> = {},
): string {
  return element('text', { x, y, ...more }, escape(text));
}

/** A whole picture with its title. */
export function picture(title: string, height: number, ...content: readonly string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${String(WIDTH)} ${String(height)}`,
    width: WIDTH,
    height,
    role: 'img',
    'font-family': 'system-ui, sans-serif',
    'font-size': 13,
    fill: '#222222',
  };
  const paper = element('rect', { width: WIDTH, height, fill: '#ffffff' });
  const heading = label(16, 26, title, { 'font-size': 16, 'font-weight': 600 });
  return `${element('svg', attributes, element('title', {}, escape(title)), paper, heading, ...content)}\n`;
}

/** Round numbers from 0 to at least `max`, four to eight of them. */
export function ticks(max: number): number[] {
  const rough = max / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.ceil(max / step) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

/** Colour of the n-th series. */
export function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? COLOURS[0];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function rounded(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
}
