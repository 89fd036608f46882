"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { outline, page } = require("../lib/page.js");

test("the first heading is the title", () => {
  assert.match(page("# Soup & bread\n\nHot."), /<title>Soup &amp; bread<\/title>/);
});

test("headings in order", () => {
  assert.deepEqual(outline("# A\n## B"), [
    { depth: 1, text: "A" },
    { depth: 2, text: "B" },
  ]);
});
