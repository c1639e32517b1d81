import { describe, expect, it } from "vitest";
import { OwnScreens } from "./own-screens";

/** Elements as browsers keep them: only those that were defined can be made. */
class World {
  readonly defined = new Map<string, unknown>();
  readonly loaded: string[] = [];

  constructor(public modules: Record<string, unknown>) {}

  elements = {
    define: (name: string, made: unknown) => {
      if ([...this.defined.values()].includes(made)) throw new Error("NotSupportedError");
      this.defined.set(name, made);
    },
    get: (name: string) => this.defined.get(name) as CustomElementConstructor | undefined,
  };

  load = async (url: string): Promise<unknown> => {
    this.loaded.push(url);
    const module = this.modules[url.replace(/#.*/, "")];
    if (!module) throw new Error("404");
    return module;
  };
}

describe("own screens", () => {
  it("are made of the class that a module exports, loaded once", async () => {
    class Board {}
    const world = new World({ "/board.js": { default: Board } });
    const screens = new OwnScreens(world);
    const [first, second] = await Promise.all([screens.get("/board.js"), screens.get("/board.js")]);
    expect(first()).toBeInstanceOf(Board);
    expect(second()).not.toBe(first());
    expect(world.loaded).toEqual(["/board.js"]);
    expect([...world.defined.values()]).toEqual([Board]);
  });

  it("may be defined by the module itself, which exports the class or its name", async () => {
    class Board {}
    const world = new World({ "/class.js": { default: Board }, "/name.js": { default: "price-board" } });
    world.elements.define("price-board", Board);
    const screens = new OwnScreens(world);
    expect((await screens.get("/class.js"))()).toBeInstanceOf(Board);
    expect((await screens.get("/name.js"))()).toBeInstanceOf(Board);
    expect([...world.defined.keys()]).toEqual(["price-board"]);
  });

  it.each([[{}], [{ default: 5 }], [{ default: "not-defined" }]])(
    "are refused when a module has none: %j",
    async (module) => {
      await expect(new OwnScreens(new World({ "/board.js": module })).get("/board.js")).rejects.toThrow(
        /default export/,
      );
    },
  );

  it("that failed to load are loaded again, under an address that the browser has not given up", async () => {
    class Board {}
    const world = new World({});
    const screens = new OwnScreens(world);
    await expect(screens.get("/board.js")).rejects.toThrow("404");
    world.modules = { "/board.js": { default: Board } };
    expect((await screens.get("/board.js"))()).toBeInstanceOf(Board);
    expect(world.loaded).toEqual(["/board.js", "/board.js#1"]);
  });
});
