/** A server's address with a password typed apart from it, where it is not shown; what is no address stays as it is. */
export function withPassword(address: string, password: string): string {
  if (password === "" || !URL.canParse(address)) return address;
  const url = new URL(address);
  // The setter leaves a percent sign as it is, which would be read as the beginning of a code.
  url.password = encodeURIComponent(password);
  return url.href;
}
