import { isIPv6 } from "node:net";

/**
 * The part of an address that is counted as one client: an IPv4 address, or the 64 bits of an IPv6 network that one client has to
 * itself. A socket that is closed already has no address; all of these count as one.
 */
export function toNetwork(address = ""): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const [head = "", tail] = plain.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const last = tail?.split(":").filter((group) => group !== "") ?? [];
  while (tail !== undefined && groups.length + last.length < 8) groups.push("0");
  return [...groups, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
