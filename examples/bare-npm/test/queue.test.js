"use strict";

const assert = require("node:assert/strict");
const { test } = require("node:test");
const { Queue } = require("../src/queue.js");

test("urgent jobs come first, in their own order", () => {
  const queue = new Queue();
  for (const urgent of [false, true, false, true]) queue.push({ urgent });
  assert.deepEqual([1, 2, 3, 4].map(() => queue.shift().number), [2, 4, 1, 3]);
});
