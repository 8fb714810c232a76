/** A server's address with a password typed apart from it, where it is not shown; what is no address stays as it is. */
export function withPassword(address: string, password: string): string {
  if (password === "" || !URL.canParse(address)) return address;
  const url = new URL(address);
  url.password = password;
  return url.href;
}
