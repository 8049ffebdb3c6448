/** The version of the package, and of what it says about itself in reports. */
export const VERSION = '0.1.0';
