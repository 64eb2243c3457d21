/** CSS that a module imports is there as soon as the module is: see buildLab.mjs. */
declare module "*.css";
