/** Whether an address opens this page on this machine alone: a link of it is of use to nobody else as it stands. */
export const isOnlyHere = ({ protocol, hostname }: Pick<URL, "protocol" | "hostname">): boolean =>
  protocol === "file:" || /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
