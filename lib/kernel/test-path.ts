/** The path of the provider's API at which a caller is told who the edge saw. */
export const TEST_PATH = '/connection/v1/testauthentication';
