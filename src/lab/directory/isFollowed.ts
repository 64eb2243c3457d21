/** Whether the server of this page follows a directory; a host of static files, or a page that is a file, follows none. */
export async function isFollowed(): Promise<boolean> {
  if (!location.protocol.startsWith("http")) return false;
  try {
    const { ok, headers, body } = await fetch("api/directory?cursor=", { cache: "no-store" });
    // who follows it reads it
    body?.cancel().catch(() => {});
    return ok && (headers.get("content-type") ?? "").startsWith("application/json");
  } catch {
    return false;
  }
}
