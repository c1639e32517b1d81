import { describe, expect, it } from "vitest";

import { type Agenda, EMPTY_AGENDA, type Task } from "../store/agenda";
import { attempted, attemptOf, begun, done, failed, isDue, pause, postponed, takenUp } from "./retry";
import { OFF } from "./settings";

const ON = { ...OFF, retry: true };
const everything: Task = { context: "", trigger: "resume" };
const prices: Task = { context: "prices", trigger: "manual" };
const one: Task = { context: "", trigger: "manual", entities: ["LocalThing"] };
const network = { code: "network", message: "", retry: true };
const busy = { code: "busy", message: "", retry: true, retryAfter: 90 };
const refused = { code: "permission_denied", message: "", retry: false };

const fail = (agenda: Agenda, task: Task, error: typeof network = network, now = 1000, settings = ON, random = 0.5) =>
  failed(agenda, task, { began: now, error }, settings, { now, random });

describe("Q4: when", () => {
  it("after the interval, then twice as long each time, up to a bound", () => {
    const pauses = [1, 2, 3, 4, 8, 100].map((failures) => pause(failures, ON, 0.5) / 1000);
    expect(pauses).toEqual([30, 60, 120, 240, 3600, 3600]);
    expect(pause(3, { retry_interval: 7200 }, 0.5) / 1000).toBe(7200);
  });

  it("not quite regularly when it failed before, so that devices do not come back together", () => {
    expect([0, 0.999].map((random) => pause(1, ON, random))).toEqual([30_000, 30_000]);
    expect(pause(2, ON, 0)).toBe(45_000);
    expect(pause(2, ON, 0.999)).toBeGreaterThan(74_000);
  });

  it("not before the server wants to be asked, whatever failed since", () => {
    const asked = fail(EMPTY_AGENDA, everything, busy);
    expect(asked).toMatchObject({ notBefore: 91_000, retry: { at: 91_000 } });
    expect(fail(asked, everything, network, 2000).retry?.at).toBe(91_000);
    expect(fail(asked, everything, network, 80_000).retry?.at).toBe(140_000);
  });

  it("a clock that was set back makes nothing wait for longer", () => {
    const { retry } = fail(EMPTY_AGENDA, everything, network, 1_000_000);
    if (retry === null) throw new Error("nothing is planned");
    expect([1_000_000, 1_029_999, 1_030_000, 999_999].map((now) => isDue(retry, now))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

describe("Q4: what", () => {
  it("what failed, merged, with how it was first asked for", () => {
    const agenda = [prices, one, { ...prices, trigger: "retry" } as Task].reduce(
      (now, task) => fail(now, task),
      EMPTY_AGENDA,
    );
    expect(agenda.retry).toMatchObject({ failures: 3, tasks: [prices, one] });
    expect(agenda.failure).toEqual({ began: 1000, ended: 1000, error: network });
  });

  it("one sync of everything stands for all others", () => {
    const { retry } = [prices, everything].reduce((now, task) => fail(now, task), EMPTY_AGENDA);
    expect(retry && attemptOf(retry)).toEqual([{ context: "", trigger: "retry" }]);
    const other = fail(EMPTY_AGENDA, one).retry;
    expect(other && attemptOf(other)).toEqual([{ ...one, trigger: "retry" }]);
  });

  it("not what cannot succeed later, and nothing where it is switched off", () => {
    expect(fail(EMPTY_AGENDA, prices, refused)).toMatchObject({ retry: null, failure: { error: refused } });
    expect(fail(fail(EMPTY_AGENDA, prices), prices, refused).retry).toBe(null);
    expect(fail(EMPTY_AGENDA, prices, network, 1000, OFF).retry).toBe(null);
  });

  it("a success ends it: of everything all of it, of a part that part", () => {
    const agenda = [prices, one].reduce((now, task) => fail(now, task), EMPTY_AGENDA);
    expect(done(agenda, prices, ON, true)).toMatchObject({ retry: { tasks: [one] }, failure: null });
    expect(done(agenda, everything, ON, true)).toEqual(EMPTY_AGENDA);
    expect(done(agenda, prices, OFF, true)).toEqual(EMPTY_AGENDA);
    expect(done(EMPTY_AGENDA, prices, ON, true)).toBe(EMPTY_AGENDA);
  });
});

describe("a browser that is closed", () => {
  it("leaves behind what waited, which is due at once", () => {
    const agenda = [everything, prices, { ...prices, trigger: "online" } as Task].reduce(
      (now, task) => begun(now, task, ON),
      EMPTY_AGENDA,
    );
    expect(agenda.unfinished).toEqual([everything, prices]);
    const { retry, unfinished } = takenUp(agenda, { now: 5000, random: 0 });
    expect(unfinished).toEqual([]);
    expect(retry).toEqual({ at: 5000, decided: 5000, failures: 0, tasks: [everything, prices] });
  });

  it("leaves nothing behind that ended, was dropped, or belongs to an app that does not try again", () => {
    expect(begun(EMPTY_AGENDA, prices, OFF)).toBe(EMPTY_AGENDA);
    expect(begun(EMPTY_AGENDA, { ...prices, trigger: "retry" }, ON)).toBe(EMPTY_AGENDA);
    const agenda = begun(EMPTY_AGENDA, prices, ON);
    for (const completed of [true, false]) expect(done(agenda, prices, ON, completed)).toEqual(EMPTY_AGENDA);
    expect(fail(agenda, prices).unfinished).toEqual([]);
    const late = postponed(begun(fail(EMPTY_AGENDA, prices), everything, ON), everything);
    expect(late).toMatchObject({ unfinished: [], retry: { tasks: [prices, everything] } });
  });

  it("by the very attempt does not make it again at once", () => {
    const agenda = takenUp(begun(EMPTY_AGENDA, prices, ON), { now: 5000, random: 0 });
    const again = attempted(agenda, ON, { now: 5000, random: 0.5 }).retry;
    expect(again).toMatchObject({ at: 35_000, tasks: [prices] });
    expect(takenUp({ ...agenda, retry: again }, { now: 6000, random: 0 }).retry).toBe(again);
  });
});
