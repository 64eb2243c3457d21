/** A worker that ends its thread before it has begun. */
process.exit(4);
