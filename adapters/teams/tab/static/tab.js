"use strict";
// The tasks in a tab of Teams. The server makes what is shown; this asks for it in the name of who Teams says it is.
(() => {
  const PATIENCE = 15000; // ms until Teams has to have answered; outside of Teams nobody does
  const { app, authentication, dialog } = microsoftTeams;
  const own = document.currentScript.src;
  const tasks = document.getElementById("tasks");
  const shown = document.getElementById("shown");
  const state = { turn: "mine", page: 0, locale: null, conversation: null };
  let ready = null;
  let busy = false;

  class Trouble extends Error {
    constructor(template, reason = "") {
      super(template);
      this.reason = reason;
    }
  }

  const within = async (promise) => {
    const late = new Promise((_, give) => setTimeout(give, PATIENCE));
    try {
      return await Promise.race([promise, late]);
    } catch {
      throw new Trouble("outside");
    }
  };

  const wear = (theme) => {
    const known = { dark: "dark", glass: "dark", contrast: "contrast" };
    document.documentElement.dataset.theme = known[theme] ?? "default";
  };

  const enter = async () => {
    await within(app.initialize());
    const context = await within(app.getContext());
    wear(context.app.theme);
    app.registerOnThemeChangeHandler(wear);
    state.locale = context.app.locale;
    if (new URLSearchParams(location.search).has("conversation")) {
      state.conversation = context.channel?.id ?? context.chat?.id ?? "?";
    }
  };

  const identify = async () => {
    try {
      return await authentication.getAuthToken();
    } catch (error) {
      const reason = String(error?.message ?? error);
      const lacksConsent = /consent|resourceDisabled|invalid_resource|unauthorized_client|AADSTS65/i.test(reason);
      throw new Trouble(lacksConsent ? "no-consent" : "no-token", reason);
    }
  };

  const post = async (path, wish) => {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${await identify()}` };
    try {
      const address = new URL(`../${path}`, own);
      return await fetch(address, { method: "POST", headers, body: JSON.stringify(wish), credentials: "omit" });
    } catch {
      throw new Trouble("outage");
    }
  };

  const ask = async (path, wish) => {
    let answer = await post(path, wish);
    if (answer.status === 401) answer = await post(path, wish); // Teams may have renewed the token meanwhile
    if (answer.status === 401) throw new Trouble("refused");
    if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) throw new Trouble("outage");
    return { ok: answer.ok, ...(await answer.json()) };
  };

  const tell = (trouble) => {
    const id = trouble instanceof Trouble ? trouble.message : "outage";
    tasks.replaceChildren(document.getElementById(id).content.cloneNode(true));
    tasks.querySelector(".reason").textContent = trouble.reason ?? "";
    tasks.querySelector("[data-again]").dataset.again = id;
  };

  const reveal = (answer) => {
    document.getElementById("title").textContent = answer.title;
    document.getElementById("body").innerHTML = answer.html;
    shown.showModal();
  };

  const list = async () => {
    const focused = document.activeElement?.dataset ?? {};
    const answer = await ask("tasks", state);
    tasks.innerHTML = answer.html;
    if (!answer.ok) {
      tasks.append(document.getElementById("outage").content.querySelector("[data-again]").parentNode.cloneNode(true));
    }
    const again = focused.turn ? `[data-turn="${state.turn}"]` : focused.page ? "[aria-current]" : null;
    if (again) tasks.querySelector(again)?.focus();
  };

  const press = async (button) => {
    const { action, value } = button.dataset;
    const { locale, conversation } = state;
    const answer = await ask("press", { action, value, locale, conversation });
    if (answer.dialog && dialog.url.isSupported()) {
      const size = { width: "large", height: "large" };
      const shows = { url: answer.dialog, fallbackUrl: answer.page, title: answer.title, size };
      dialog.url.open(shows, () => work(list));
    } else {
      reveal(answer);
    }
  };

  const work = async (what) => {
    if (busy) return; // a second click while the first is under way
    busy = true;
    tasks.setAttribute("aria-busy", "true");
    try {
      ready ??= enter();
      await ready;
      await what();
    } catch (trouble) {
      tell(trouble);
    } finally {
      busy = false;
      tasks.setAttribute("aria-busy", "false");
    }
  };

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("button");
    if (!button) return;
    const { turn, page, action, again } = button.dataset;
    if (action) work(() => press(button));
    else if (turn) work(() => list(Object.assign(state, { turn, page: 0 })));
    else if (page) work(() => list(Object.assign(state, { page: Number(page) })));
    else if (again === "outside") location.reload(); // the library cannot begin anew
    else if (again !== undefined) work(list);
  });
  shown.addEventListener("close", () => work(list));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !shown.open && ready) work(list); // it may have been answered elsewhere
  });
  work(list);
})();
