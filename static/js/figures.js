// A figure as a picture file, PNG or SVG, made in the browser: title above, source line below, and the
// fonts of the page inside, so that its text looks everywhere as it does here.
const SCALE = 2, ABOVE = 34, BELOW = 26; // px that title and source line need
const TYPES = { png: "image/png", svg: "image/svg+xml" };

// `graph` is the drawn figure, `format` png or svg, `name` the file's, without its suffix.
export async function save(graph, format, name, { title = name, source = location.href } = {}) {
  const { svg, width, height } = await picture(graph, title, source);
  const content = format === "svg" ? svg : await drawn(svg, width, height);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: TYPES[format] }));
  link.download = `${name}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function picture(graph, title, source) {
  const { width, height, font, margin, paper_bgcolor: paper } = graph._fullLayout;
  const ink = getComputedStyle(document.body).color;
  const ground = getComputedStyle(document.body).backgroundColor;
  const line = (text, y, yshift, yanchor, size, yref = "paper") => ({
    text: plain(text), x: 0, xref: "paper", xanchor: "left", xshift: 8 - margin.l,
    y, yref, yanchor, yshift, showarrow: false, align: "left",
    font: { ...font, size, color: size > 12 ? ink : font.color },
  });
  const names = unnamed(graph).map(([axis, name]) => line(name, 1, 0, "top", 12, `${axis} domain`));
  const layout = {
    ...graph.layout,
    width,
    height: height + ABOVE + BELOW,
    autosize: false,
    margin: { ...margin, t: margin.t + ABOVE, b: margin.b + BELOW },
    paper_bgcolor: isClear(paper) ? ground : paper,
    annotations: [
      ...(graph.layout.annotations ?? []),
      ...names,
      line(title, 1, margin.t + ABOVE - 6, "top", 16),
      line(`Kairoscope · ${source}`, 0, 6 - margin.b - BELOW, "bottom", 11),
    ],
  };
  const figure = { data: graph.data, layout, config: { staticPlot: true } };
  const options = { format: "svg", width, height: layout.height, imageDataOnly: true };
  const image = await window.Plotly.toImage(figure, options);
  const faces = await fontFaces(font.family);
  return { svg: image.replace(">", () => `><style>${faces}</style>`), width, height: layout.height };
}

// The pixels of an SVG, as PNG. A picture loads nothing from outside: hence the fonts inside.
async function drawn(svg, width, height) {
  const image = new Image(width, height);
  image.src = URL.createObjectURL(new Blob([svg], { type: TYPES.svg }));
  await image.decode();
  const canvas = new OffscreenCanvas(width * SCALE, height * SCALE);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return canvas.convertToBlob({ type: TYPES.png });
}

// The page's own faces of these families, as CSS with the font files in it.
async function fontFaces(families) {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const faces = rules.filter((rule) => rule instanceof CSSFontFaceRule
    && families.includes(rule.style.getPropertyValue("font-family").replaceAll('"', "")));
  return (await Promise.all(faces.map(embedded))).join("");
}

async function embedded(face) {
  const [, address] = face.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/);
  const file = await (await fetch(new URL(address, face.parentStyleSheet.href ?? location.href))).blob();
  const reader = new FileReader();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(file); });
  return face.cssText.replace(/url\("?[^")]+"?\)/, () => `url(${reader.result})`);
}

// The vertical axes without a text of their own, each with its first curve's name: on the page the
// name stands beside the figure.
function unnamed(graph) {
  const named = new Set((graph.layout.annotations ?? []).map(({ yref }) => yref));
  const first = new Map();
  for (const { yaxis = "y", name } of graph.data) {
    if (!first.has(yaxis) && !named.has(`${yaxis} domain`)) first.set(yaxis, name);
  }
  return [...first];
}

// Plotly reads some HTML in its texts: a file's name is none.
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function isClear(colour) {
  return !colour || /^(transparent|rgba\(.*,\s*0\))$/.test(colour);
}
