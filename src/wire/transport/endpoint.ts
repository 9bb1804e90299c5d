import type { Provider, Source } from "#domain";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const REGION_ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Regions whose endpoint does not follow the rule of their product, as the vendor's SDKs list them. */
const EXCEPTIONS: Readonly<Record<Provider, Readonly<Record<string, string>>>> = {
  ECS: {
    "cn-hangzhou": "ecs-cn-hangzhou.aliyuncs.com",
    "cn-shanghai-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
    "cn-shenzhen-finance-1": "ecs-cn-hangzhou.aliyuncs.com",
    "cn-hangzhou-finance": "ecs.aliyuncs.com",
    "cn-north-2-gov-1": "ecs.aliyuncs.com",
    "cn-beijing-gov-1": "ecs.aliyuncs.com",
  },
  SWAS: {},
};

const RULES: Readonly<Record<Provider, string>> = {
  ECS: "https://ecs.{regionId}.aliyuncs.com",
  // Not the `swas-open.aliyuncs.com` of the vendor's SDK: no such name exists.
  SWAS: "https://swas.{regionId}.aliyuncs.com",
};

/** URL templates that replace the vendor's rule, `{regionId}` allowed in them; null keeps the rule. */
export type EndpointTemplates = Readonly<Record<Provider, string | null>>;

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
export function createEndpointResolver(templates: EndpointTemplates): (source: Source) => Endpoint | null {
  for (const [provider, template] of Object.entries(templates)) {
    if (template !== null) toEndpoint(template, "region", provider);
  }
  const known = new Map<string, Endpoint>();
  return ({ provider, regionId }) => {
    if (!REGION_ID.test(regionId)) return null;
    const key = `${provider}/${regionId}`;
    let endpoint = known.get(key);
    if (endpoint === undefined) {
      endpoint = toEndpoint(templates[provider] ?? vendorUrl(provider, regionId), regionId, provider);
      known.set(key, endpoint);
    }
    return endpoint;
  };
}

function vendorUrl(provider: Provider, regionId: string): string {
  const exception = EXCEPTIONS[provider][regionId];
  return exception === undefined ? RULES[provider] : `https://${exception}`;
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
