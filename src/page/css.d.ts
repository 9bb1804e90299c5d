/** A style sheet; the bundler takes it out into the page's own. */
declare module "*.css";
