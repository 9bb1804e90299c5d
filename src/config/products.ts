import type { Provider } from "#domain";
import type { Product } from "#upstreams";
import { ecs } from "#upstreams/ecs";
import { swas } from "#upstreams/swas";

/** Every product that is read: the one place that names the adapters. */
export const PRODUCTS: Readonly<Record<Provider, Product>> = { ECS: ecs, SWAS: swas };
