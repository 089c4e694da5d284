// To the clipboard, and a word that it is there.
import { toast } from "./rest.js";

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast(`This browser does not let a page copy here: ${text}`);
  }
}
