"use strict";

const { marked } = require("marked");

/** The headings of a Markdown text, in order. */
function outline(text) {
  return marked
    .lexer(text)
    .filter((token) => token.type === "heading")
    .map(({ depth, text: words }) => ({ depth, text: words }));
}

function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/** A whole HTML page. */
function page(text, title) {
  const shown = title ?? outline(text)[0]?.text ?? "Untitled";
  return `<!doctype html>\n<title>${escape(shown)}</title>\n${marked.parse(text).trim()}`;
}

module.exports = { outline, page };
