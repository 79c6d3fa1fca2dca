import type { Page } from 'playwright-core';

/**
 * In the page: every visible text with the colour it is drawn in, over all that lies behind it, by WCAG 2.2's formula.
 * A backdrop or scrim is not looked through: what stands behind an open dialog is not meant to be read.
 */
const script = `(() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = (text.match(/[\\d.]+/g) ?? []).map(Number);
    return { r, g, b, a: text.startsWith('color(') ? a : a };
  };
  const over = (front, back) => ({
    r: front.r * front.a + back.r * (1 - front.a),
    g: front.g * front.a + back.g * (1 - front.a),
    b: front.b * front.a + back.b * (1 - front.a),
    a: 1,
  });
  const channel = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = ({ r, g, b }) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const backOf = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.a > 0) layers.push(colour);
      if (colour.a === 1) break;
    }
    return layers.reduceRight((back, layer) => over(layer, back), parse(getComputedStyle(document.documentElement).backgroundColor));
  };
  const opacityOf = (element) => { let all = 1; for (let one = element; one; one = one.parentElement) all *= Number(getComputedStyle(one).opacity); return all; };
  const top = document.querySelector('dialog[open]') ?? document.body;
  const poor = new Set();
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === '' || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    // WCAG leaves out what cannot be used now.
    if (element.closest(':disabled')) continue;
    const style = getComputedStyle(element);
    const back = backOf(element);
    const colour = parse(style.color);
    const front = over({ ...colour, a: colour.a * opacityOf(element) }, back);
    const [dark, light] = [luminance(front), luminance(back)].sort((a, b) => a - b);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5)) poor.add(element.className + ' "' + node.textContent.trim().slice(0, 30) + '" ' + ratio.toFixed(2));
  }
  return [...poor];
})()`;

/** The texts on a page that are too faint for WCAG AA, with their contrast. */
export const poorContrasts = (page: Page): Promise<string[]> => page.evaluate(script);
