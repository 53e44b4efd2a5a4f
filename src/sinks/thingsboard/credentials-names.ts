/** The files that credentials of the platform's are kept in; the two others only where they are a certificate. */
export const credentialsNames = {
  stored: '.credentials',
  cert: '.credentials-cert.pem',
  key: '.credentials-key.pem',
} as const;
