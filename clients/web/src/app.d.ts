/** The build's own name, put in by the bundler. */
declare const __BUILD__: string;
