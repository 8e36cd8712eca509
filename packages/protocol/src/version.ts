/** The version of this release: what `--version`, `api/status` and the log say. */
export const version = '0.1.0';
