// The REST interface under /api/v1: JSON in and out, a problem object as an Error with a hint.
export const API = "/api/v1";

export async function call(method, path, body) {
  const answer = await fetch(API + path, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const text = await answer.text();
  const data = text ? JSON.parse(text) : null;
  if (!answer.ok) throw problem(answer, data);
  return data;
}

// The error that an answer's problem object tells of.
export function problem(answer, data) {
  return Object.assign(new Error(told({ detail: answer.statusText, ...data })), { status: answer.status });
}

// The cause and the fix of a problem object, as sentences.
export function told({ detail, hint }) {
  return hint ? `${detail.replace(/[.\s]+$/, "")}. ${hint}` : detail;
}

// Say something to everyone, for a moment, without moving anything.
export function toast(text) {
  const note = document.createElement("div");
  note.className = "toast";
  note.role = "status";
  note.textContent = text;
  document.body.append(note);
  setTimeout(() => note.remove(), 6000);
}
