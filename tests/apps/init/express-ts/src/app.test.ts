import { expect, test } from "vitest";
import { createApp } from "./app";

test("app", () => expect(createApp()).toBeTruthy());
