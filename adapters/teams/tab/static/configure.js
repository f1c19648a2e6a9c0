"use strict";
// The page that Teams shows when somebody adds the tab to a conversation.
(async () => {
  const { app, pages } = microsoftTeams;
  const { name } = document.getElementById("configure").dataset;
  await app.initialize();
  const { app: told } = await app.getContext();
  const known = { dark: "dark", glass: "dark", contrast: "contrast" };
  document.documentElement.dataset.theme = known[told.theme] ?? "default";
  pages.config.registerOnSaveHandler(async (saving) => {
    const tab = new URL("../tab", location.href).href;
    // Not encoded: Teams fills in what stands in braces.
    const contentUrl = `${tab}?conversation&locale={locale}&theme={theme}`;
    try {
      await pages.config.setConfig({ entityId: "tasks", suggestedDisplayName: name, contentUrl });
      saving.notifySuccess();
    } catch (error) {
      saving.notifyFailure(String(error));
    }
  });
  pages.config.setValidityState(true);
})();
