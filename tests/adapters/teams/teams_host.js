// The part of Teams that shows a tab in a frame, as Microsoft's library speaks to it. What it hears is in `heard`.
const heard = [];
const frame = document.querySelector("iframe");
const say = (message, ports) => frame.contentWindow.postMessage(message, new URL(frame.src).origin, ports);

const answers = {
  initialize: () => [settings.frameContext, "web", JSON.stringify(settings.runtime), "2.0.1"],
  getContext: () => [settings.context],
  "authentication.getAuthToken": async () => {
    const [token, reason] = await tellToken();
    return token ? [true, token] : [false, reason];
  },
  "tasks.startTask": ([task]) => new Promise((close) => Object.assign(window, { task, closeTask: () => close([null, null]) })),
  registerHandler: () => null,
  registerOnThemeChangeHandler: () => null,
  "settings.setValidityState": () => null,
  "settings.setSettings": () => [true],
  "settings.save.success": () => null,
};

window.addEventListener("message", async ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  heard.push({ func: data.func, args: data.args });
  const args = await answers[data.func]?.(data.args);
  if (args) say({ id: data.id, uuidAsString: data.uuidAsString, uuid: data.uuid, args });
});

frame.src = settings.url;
