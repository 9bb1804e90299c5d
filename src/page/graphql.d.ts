/** A document of `schema/` as text; the bundler puts it in. */
declare module "*.graphql" {
  const text: string;
  export default text;
}
