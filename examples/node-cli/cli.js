#!/usr/bin/env node
"use strict";

const { readFileSync } = require("node:fs");
const { Command } = require("commander");
const { page, outline } = require("./lib/page.js");

const program = new Command("page")
  .description("Renders Markdown to a page")
  .argument("[file]", "a Markdown file, or - for standard input", "-")
  .option("-t, --title <title>", "the page's title; the first heading without it")
  .option("-o, --outline", "only the headings")
  .version(require("./package.json").version);

program.action((file, options) => {
  let text;
  try {
    text = readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    program.error(`${file}: ${error.code}`, { exitCode: 2 });
  }
  if (options.outline) {
    for (const heading of outline(text)) console.log(`${"  ".repeat(heading.depth - 1)}${heading.text}`);
  } else {
    console.log(page(text, options.title));
  }
});

program.parse();
