// Files of the library.
import { call, get, newKey, Problem, query, spoken } from "./client";
import type { Instant, Level, Named, Page, PersonRef } from "./types";

export interface StoredFile {
  id: string;
  collaboration: Named;
  document?: string | null;
  name: string;
  kind: "png" | "jpeg" | "gif" | "webp" | "pdf" | "other";
  size: number;
  level: Level;
  created_by: PersonRef;
  trashed?: { by: PersonRef; at: Instant } | null;
  created_at: Instant;
  version: number;
  may: { write: boolean; share: boolean };
}

export interface FilesFilter {
  collaboration?: string;
  document?: string;
  trashed?: boolean;
  query?: string;
}

/** The largest file that is taken, in bytes. */
export const LARGEST_FILE = 20 * 1024 * 1024;

export const isPicture = (file: StoredFile) => ["png", "jpeg", "gif", "webp"].includes(file.kind);

/** Where a file is had. */
export const fileAddress = (id: string) => `/api/v1/files/${id}`;

/** Gives a file to the library; `onProgress` hears how much of it is there, from 0 to 1. */
function give(
  given: { collaboration: string; document?: string; name: string; level?: Level },
  file: Blob,
  onProgress?: (share: number) => void,
): Promise<StoredFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/files${query(given)}`);
    request.setRequestHeader("Accept-Language", spoken());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Idempotency-Key", newKey());
    request.setRequestHeader("X-Huan-CSRF", "1");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onerror = () => reject(new Problem(0, "unreachable", "", ""));
    request.onload = () => {
      let body = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {}
      if (request.status >= 200 && request.status < 300) resolve(body as StoredFile);
      else
        reject(
          new Problem(
            request.status,
            body?.code ?? "unavailable",
            body?.title ?? request.statusText,
            body?.detail ?? "",
            body?.fields ?? [],
            body,
          ),
        );
    };
    request.send(file);
  });
}

export const filesApi = {
  list: (filter: FilesFilter, cursor?: string | null) =>
    get<Page<StoredFile>>(`/files${query({ ...filter, cursor, limit: 50 })}`),
  give,
  change: (id: string, change: { name?: string; level?: Level; version: number }) =>
    call<StoredFile>("PATCH", `/files/${id}`, change),
  trash: (id: string) => call<StoredFile>("POST", `/files/${id}/trash`, {}),
  restore: (id: string) => call<StoredFile>("POST", `/files/${id}/restore`, {}),
};
