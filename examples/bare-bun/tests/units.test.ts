import { expect, test } from "bun:test";
import { convert } from "../src/units";

test("lengths", () => {
  expect(convert(1, "mi", "km")).toBe(1.609344);
  expect(convert(12, "in", "ft")).toBe(1);
  expect(convert(1, "m", "stone")).toBeNull();
});
