// The order of the layers is said first.
import "./styles/tokens.css";
import "./styles/ui.css";
import "./styles/shell.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/client";
import { App } from "./app";
import { firstLanguage, loadTexts } from "./i18n/texts";
import { applyTheme } from "./shell/theme";

applyTheme();

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Live updates say when something is stale; a look now and then covers what they missed.
      staleTime: 30_000,
      // Calls are already tried again by the client where that can help.
      retry: (count, error) => error instanceof Problem && error.status === 0 && count < 3,
      refetchOnWindowFocus: true,
    },
  },
});

const root = document.getElementById("root");
if (root) {
  void loadTexts(firstLanguage()).then(() =>
    createRoot(root).render(
      <StrictMode>
        <QueryClientProvider client={client}>
          <App />
        </QueryClientProvider>
      </StrictMode>,
    ),
  );
}
