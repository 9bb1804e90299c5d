import type { Provider, Source } from "#domain";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const REGION_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** URL templates that replace the vendor's rule, `{regionId}` allowed in them; null keeps it. */
export type EndpointTemplates = Readonly<Record<Provider, string | null>>;

/** The URL at which the vendor serves a source. */
export type VendorEndpoint = (source: Source) => string;

/** Where a source is called. */
export interface Endpoint {
  readonly origin: string;
  /** As in the header `Host`. */
  readonly host: string;
  readonly path: string;
}

/**
 * Checks templates once and gives what finds the endpoint of a source; null for a region id that cannot be part of a host name.
 * @throws RangeError for a template that is no URL, or plain http to anything but loopback.
 */
export function createEndpointResolver(
  templates: EndpointTemplates,
  vendorEndpoint?: VendorEndpoint,
): (source: Source) => Endpoint | null {
  for (const [provider, template] of Object.entries(templates)) {
    if (template !== null) toEndpoint(template, "region", provider);
  }
  const known = new Map<string, Endpoint>();
  return (source) => {
    const { provider, regionId } = source;
    if (!REGION_ID.test(regionId)) return null;
    const key = `${provider}/${regionId}`;
    const template = templates[provider] ?? vendorEndpoint?.(source);
    if (template === undefined) return null;
    let endpoint = known.get(key);
    if (endpoint === undefined) {
      endpoint = toEndpoint(template, regionId, provider);
      known.set(key, endpoint);
    }
    return endpoint;
  };
}

function toEndpoint(template: string, regionId: string, provider: string): Endpoint {
  const text = template.replaceAll("{regionId}", regionId);
  if (!URL.canParse(text)) throw new RangeError(`The endpoint of ${provider} is no URL`);
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && LOOPBACK.test(url.hostname))) {
    throw new RangeError(`The endpoint of ${provider} has to be https; plain http is for loopback only`);
  }
  return { origin: url.origin, host: url.host, path: url.pathname };
}
