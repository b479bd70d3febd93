// Evaluates to what a person could not read well: visible texts below the contrast WCAG 2.2 asks for at level AA
// (1.4.3, 4.5:1). A canvas paints each colour, so that any notation of colour is understood.
(() => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = (color, over) => {
    context.fillStyle = over ? `rgb(${over.join()})` : '#000';
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const background = (element) => {
    const below = element.parentElement ? background(element.parentElement) : [255, 255, 255];
    return paint(getComputedStyle(element).backgroundColor, below);
  };
  const luminance = (color) => {
    const [red, green, blue] = color.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const bad = [];
  let checked = 0;
  while (texts.nextNode()) {
    const { parentElement: element, data } = texts.currentNode;
    if (data.trim() === '' || element.closest('script, option, :disabled') || !element.checkVisibility())
      continue;
    checked += 1;
    const under = background(element);
    const [dark, light] = [luminance(paint(getComputedStyle(element).color, under)), luminance(under)].sort();
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${element.className} ${data.trim().slice(0, 40)}`);
  }
  return { checked, bad };
})();
