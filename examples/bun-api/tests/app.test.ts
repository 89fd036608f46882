import { describe, expect, test } from "bun:test";
import { createApp } from "../src/app";
import { Library } from "../src/library";
import { byDecade } from "../src/routes/statistics";

const app = () => createApp(Library.withSamples());

describe("books", () => {
  test("are listed", async () => {
    const answer = await app().request("/books");
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as unknown[]).length).toBe(3);
  });

  test("are found by text", async () => {
    const answer = await app().request("/books?q=brooks");
    expect(await answer.json()).toMatchObject([{ title: "The Mythical Man-Month" }]);
  });

  test("must be complete", async () => {
    const answer = await app().request("/books", { method: "POST", body: JSON.stringify({ title: "" }) });
    expect(answer.status).toBe(422);
  });

  test("can be removed once", async () => {
    const one = app();
    expect((await one.request("/books/1", { method: "DELETE" })).status).toBe(204);
    expect((await one.request("/books/1", { method: "DELETE" })).status).toBe(404);
  });
});

test("decades are counted", () => {
  expect(byDecade(Library.withSamples().all())).toEqual({ "1960s": 1, "1970s": 2 });
});
