import assert from "node:assert/strict";
import { test } from "node:test";
import { Accounts, NameTaken } from "./accounts";
import { supports } from "./clients";

test("a password is known only as it was given", async () => {
  const accounts = new Accounts(4);
  await accounts.create("ada", "correct horse");
  assert.equal(await accounts.verify("ada", "correct horse"), true);
  assert.equal(await accounts.verify("ada", "battery staple"), false);
  assert.equal(await accounts.verify("bob", "correct horse"), false);
});

test("a name is taken once", async () => {
  const accounts = new Accounts(4);
  await accounts.create("ada", "correct horse");
  await assert.rejects(accounts.create("ada", "another one"), NameTaken);
});

test("old clients are turned away", () => {
  assert.equal(supports("2.4"), true);
  assert.equal(supports("1.9.9"), false);
  assert.equal(supports("nonsense"), false);
});
